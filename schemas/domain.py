"""The closed sets of the field, with the words the wire, the tables and the API use for them."""

from __future__ import annotations

from enum import IntEnum, StrEnum

CODE_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"
"""What a code of a building, device, zone, area or channel looks like; it is also a level of a topic."""


class Quantity(StrEnum):
    """What a channel measures. Each is stored and served in one unit (see ``schemas.units``)."""

    SMOKE = "smoke"
    TEMPERATURE = "temperature"
    PRESSURE = "pressure"
    FLOW = "flow"
    LEVEL = "level"
    RESIDUAL_CURRENT = "residual_current"
    CABLE_TEMPERATURE = "cable_temperature"
    CURRENT = "current"
    VOLTAGE = "voltage"
    CO = "co"
    GAS = "gas"
    BATTERY = "battery"
    ARC = "arc"
    HUMIDITY = "humidity"

    @property
    def code(self) -> int:
        """Small integer that stands for the quantity in numpy columns."""
        return _CODES[self]


QUANTITIES: tuple[Quantity, ...] = tuple(Quantity)
_CODES = {quantity: code for code, quantity in enumerate(QUANTITIES)}


class SignalClass(StrEnum):
    """Signal classes in strict order of priority, the first above all (DESIGN, Alerts)."""

    FIRE = "fire"
    WARNING = "warning"
    ACTUATION = "actuation"
    SUPERVISORY = "supervisory"
    FAULT = "fault"
    DISABLED = "disabled"
    TEST = "test"


class Severity(IntEnum):
    """The four colours of China's early warnings; one is the highest."""

    RED = 1
    ORANGE = 2
    YELLOW = 3
    BLUE = 4


class Condition(StrEnum):
    """First axis of an alert: is what raised it still there?"""

    ACTIVE = "active"
    CLEARED = "cleared"


class Verdict(StrEnum):
    """Third axis of an alert: what a person ruled it to be."""

    REAL_FIRE = "real_fire"
    FALSE_ALARM = "false_alarm"
    TEST = "test"
    DRILL = "drill"
    FAULT = "fault"


class SubjectKind(StrEnum):
    """What an alert is about."""

    SENSOR = "sensor"
    DEVICE = "device"
    ZONE = "zone"
    BUILDING = "building"


class AlertAction(StrEnum):
    """What one entry of an alert's append-only history says was done."""

    RAISED = "raised"
    REACTIVATED = "reactivated"
    ESCALATED = "escalated"
    DE_ESCALATED = "de_escalated"
    BROKE_THROUGH = "broke_through"
    FORECAST = "forecast"
    CLEARED = "cleared"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    COMMENTED = "commented"
    REMINDED = "reminded"
    REFERRED = "referred"
    VERDICT = "verdict"
    CLOSED = "closed"
    UNDONE = "undone"


class Referral(StrEnum):
    """To whom an alert is passed on when the desk does not, or cannot, deal with it; the second is the higher."""

    SUPERVISOR = "supervisor"
    SECOND_CONTACT = "second_contact"


class Quality(IntEnum):
    """How far a stored reading may be believed. Only GOOD readings raise or clear."""

    GOOD = 0
    UNCERTAIN = 1
    BAD = 2
    OUT_OF_RANGE = 3


class DeviceEventKind(StrEnum):
    """What a device itself declares on its ``events`` topic."""

    FIRE = "fire"
    MANUAL_ALARM = "manual_alarm"
    WARNING = "warning"
    STARTED = "started"
    FEEDBACK = "feedback"
    SUPERVISORY = "supervisory"
    FAULT = "fault"
    POWER_FAULT = "power_fault"
    LOW_BATTERY = "low_battery"
    DISABLED = "disabled"
    TEST = "test"
    MANUAL_MODE = "manual_mode"
    VALVE_CLOSED = "valve_closed"


class Outcome(StrEnum):
    """What became of one message. Every message ends as exactly one of these."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"


class AreaLevel(StrEnum):
    """From the city down to the grid of a community (网格)."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    TOWNSHIP = "township"
    COMMUNITY = "community"
    GRID = "grid"


class BuildingClass(StrEnum):
    """Classes of GB 50016-2014 (2018 edition), table 5.1.1."""

    HIGH_RISE_1 = "high_rise_1"
    HIGH_RISE_2 = "high_rise_2"
    MULTI_STOREY = "multi_storey"
    INDUSTRIAL = "industrial"


class BuildingUse(StrEnum):
    """What a building serves; with height and class it decides which limits apply."""

    RESIDENTIAL = "residential"
    PUBLIC = "public"
    INDUSTRIAL = "industrial"


class ZoneUse(StrEnum):
    """What a zone is used for; rules may take other parameters by it."""

    ROOM = "room"
    KITCHEN = "kitchen"
    CORRIDOR = "corridor"
    STAIR = "stair"
    SHOP = "shop"
    OFFICE = "office"
    GARAGE = "garage"
    CHARGING = "charging"
    PLANT = "plant"
    PUMP_ROOM = "pump_room"
    ELECTRICAL_ROOM = "electrical_room"
    ROOF = "roof"
    OTHER = "other"


ZONE_USES: tuple[ZoneUse, ...] = tuple(ZoneUse)
BUILDING_CLASSES: tuple[BuildingClass, ...] = tuple(BuildingClass)
BUILDING_USES: tuple[BuildingUse, ...] = tuple(BuildingUse)


class ZoneLinkKind(StrEnum):
    """How smoke and heat of one zone come to another."""

    ADJOINING = "adjoining"
    ABOVE = "above"
    BELOW = "below"
    STAIR = "stair"


ZONE_LINK_KINDS: tuple[ZoneLinkKind, ...] = tuple(ZoneLinkKind)


class HeatClass(StrEnum):
    """Classes of point heat detectors (GB 4716, EN 54-5): S never responds below its static temperature, R to rates."""

    A1 = "A1"
    A1R = "A1R"
    A1S = "A1S"
    A2 = "A2"
    A2R = "A2R"
    A2S = "A2S"
    B = "B"
    BR = "BR"
    BS = "BS"
    C = "C"
    CR = "CR"
    CS = "CS"
    D = "D"
    DR = "DR"
    DS = "DS"
    E = "E"
    ER = "ER"
    ES = "ES"
    F = "F"
    FR = "FR"
    FS = "FS"
    G = "G"
    GR = "GR"
    GS = "GS"


HEAT_CLASSES: tuple[HeatClass, ...] = tuple(HeatClass)


class Phase(StrEnum):
    """The conductor of a circuit that is measured."""

    A = "A"
    B = "B"
    C = "C"
    N = "N"


class Insulation(StrEnum):
    """What a cable is insulated with, which decides how hot it may be."""

    PVC = "pvc"
    XLPE = "xlpe"


PHASES: tuple[Phase, ...] = tuple(Phase)
INSULATIONS: tuple[Insulation, ...] = tuple(Insulation)


class ScopeKind(StrEnum):
    """Why somebody declared that alarms of a place are expected for a while."""

    TEST = "test"
    DRILL = "drill"
    MAINTENANCE = "maintenance"


SCOPE_KINDS: tuple[ScopeKind, ...] = tuple(ScopeKind)


class WaterSystem(StrEnum):
    """Which fire-fighting water a device belongs to (systems 11 and 12 of GB/T 26875.3, table 4)."""

    HYDRANT = "hydrant"
    SPRINKLER = "sprinkler"


class WaterPart(StrEnum):
    """What of a water system a device stands at, or is."""

    RISER = "riser"
    PUMP_ROOM = "pump_room"
    FIRE_PUMP = "fire_pump"
    JOCKEY_PUMP = "jockey_pump"
    TANK = "tank"
    VALVE = "valve"


WATER_SYSTEMS: tuple[WaterSystem, ...] = tuple(WaterSystem)
WATER_PARTS: tuple[WaterPart, ...] = tuple(WaterPart)


class PowerSupply(StrEnum):
    """Where a device takes its power; a battery device reports rarely."""

    MAINS = "mains"
    BATTERY = "battery"
