"""One record of the registry: what a file must say of an area, building, zone, device or sensor."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from schemas.domain import (
    CODE_PATTERN,
    AreaLevel,
    BuildingClass,
    BuildingUse,
    HeatClass,
    Insulation,
    Phase,
    PowerSupply,
    Quantity,
    WaterPart,
    WaterSystem,
    ZoneUse,
)
from schemas.units import CONVERSIONS, UNIT_OF, find_conversion

_BOOLEANS = {
    "true": True,
    "yes": True,
    "1": True,
    "是": True,
    "false": False,
    "no": False,
    "0": False,
    "否": False,
}


def _read_boolean(given: object) -> object:
    if isinstance(given, bool):
        return given
    if str(given).lower() not in _BOOLEANS:
        raise ValueError("is neither true nor false (true, yes, 1, 是; false, no, 0, 否)")
    return _BOOLEANS[str(given).lower()]


_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?")


def check_formula(text: str) -> str:
    """Return `text`, or raise ValueError when a spreadsheet that opens an export would run it."""
    if text[0] in "=+@\t" or (text[0] == "-" and not _NUMBER.fullmatch(text)):
        raise ValueError(f"begins with {text[0]!r} like a formula of a spreadsheet")
    return text


def _check_text(text: str) -> str:
    # Wide and unbreakable spaces are part of many Chinese names, though Python counts them as unprintable.
    if not check_formula(text).replace("\u3000", " ").replace("\xa0", " ").isprintable():
        raise ValueError("holds a character that cannot be shown")
    return text


def _split_codes(given: object) -> object:
    """A cell of a CSV holds several codes with spaces between."""
    return tuple(given.split()) if isinstance(given, str) else given


Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN), AfterValidator(check_formula)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_check_text)]
Flag = Annotated[bool, BeforeValidator(_read_boolean)]
Codes = Annotated[tuple[Code, ...], Field(max_length=100), BeforeValidator(_split_codes)]
# Strict: in TOML a number is a number. The cells of a CSV are read as text all the same.
Whole = Annotated[int, Field(strict=True)]
Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Record(BaseModel):
    """`line` is where it stands in its file, 0 when it comes from elsewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    KIND: ClassVar[str]

    line: int = 0
    code: Code

    @property
    def key(self) -> str:
        """What tells it from others of its kind."""
        return self.code


class Area(Record):
    KIND = "area"
    name: Name
    level: AreaLevel
    parent: Code | None = None


class Building(Record):
    KIND = "building"
    parent: Code
    name: Name
    building_class: BuildingClass = Field(alias="class")
    use: BuildingUse
    height_m: Annotated[Finite, Field(gt=0, le=1000)]
    floors: Annotated[Whole, Field(ge=1, le=200)]
    high_risk: Flag = False
    must_connect: Flag = True

    @model_validator(mode="after")
    def _check_class_against_height(self) -> Self:
        """Only what GB 50016-2014 (2018), table 5.1.1, flatly excludes; the table has exceptions upwards."""
        complaint = _find_contradiction(self)
        if complaint:
            raise ValueError(complaint)
        return self


_LIMITS_M = {BuildingUse.RESIDENTIAL: (27, 54), BuildingUse.PUBLIC: (24, 50)}
_RANKS = {BuildingClass.MULTI_STOREY: 0, BuildingClass.HIGH_RISE_2: 1, BuildingClass.HIGH_RISE_1: 2}


def _find_contradiction(building: Building) -> str:
    """What GB 50016-2014 (2018), table 5.1.1, flatly excludes; empty when the class may be right."""
    kind, use, height_m = building.building_class, building.use, building.height_m
    if (kind == BuildingClass.INDUSTRIAL) != (use == BuildingUse.INDUSTRIAL):
        return (
            f"use {use} contradicts class {kind}: GB 50016 table 5.1.1 is for dwellings and public buildings, "
            "and only factories and stores are of class industrial"
        )
    # A single storey, however high, is no high-rise: a sports hall, a terminal.
    hall = use == BuildingUse.PUBLIC and building.floors == 1
    if use == BuildingUse.INDUSTRIAL or (hall and kind == BuildingClass.MULTI_STOREY):
        return ""
    low, high = _LIMITS_M[use]
    # Hospitals, mixed use and the like are in the first class at any height above the lower limit.
    allowed = (0, 0) if height_m <= low else (1, 2) if height_m <= high else (2, 2)
    if allowed[0] <= _RANKS[kind] <= allowed[1]:
        return ""
    return (
        f"a {use} building of {height_m:g} m and {building.floors} floors cannot be {kind}: by GB 50016 table "
        f"5.1.1 it is multi_storey up to {low} m, high_rise_2 above {low} m and high_rise_1 above {high} m"
    )


class Zone(Record):
    """`adjoins` are the codes of zones of its building that it is open to; each is so to both."""

    KIND = "zone"
    parent: Code
    name: Name
    floor: Annotated[Whole, Field(ge=-20, le=200)]
    use: ZoneUse
    adjoins: Codes = ()

    @property
    def key(self) -> str:
        return f"{self.parent}/{self.code}"

    @model_validator(mode="after")
    def _check_neighbours(self) -> Self:
        if self.code in self.adjoins:
            raise ValueError(f"zone {self.code} cannot adjoin itself")
        return self


class Device(Record):
    """`gateway` is the device of its building that it is heard through.

    `system` is the fire-fighting water it belongs to, `part` what of it, `riser` a code that the devices of one riser
    or pressure zone share, where a system has several.
    """

    KIND = "device"
    parent: Code
    name: Name
    zone: Code | None = None
    model: Name | None = None
    power: PowerSupply = PowerSupply.MAINS
    retired: Flag = False
    gateway: Code | None = None
    system: WaterSystem | None = None
    part: WaterPart | None = None
    riser: Code | None = None

    @property
    def key(self) -> str:
        return f"{self.parent}/{self.code}"

    @model_validator(mode="after")
    def _check_gateway(self) -> Self:
        if self.gateway == self.code:
            raise ValueError(f"device {self.code} cannot be its own gateway")
        return self

    @model_validator(mode="after")
    def _check_water(self) -> Self:
        if self.system is None and (self.part is not None or self.riser is not None):
            raise ValueError("part and riser say where in a water system: they need a system")
        return self


_OF_CIRCUITS = (
    Quantity.RESIDUAL_CURRENT,
    Quantity.CABLE_TEMPERATURE,
    Quantity.CURRENT,
    Quantity.VOLTAGE,
    Quantity.ARC,
    Quantity.TEMPERATURE,
    Quantity.HUMIDITY,
)
_OF_PHASES = (Quantity.CABLE_TEMPERATURE, Quantity.CURRENT, Quantity.VOLTAGE)


class Sensor(Record):
    """Its code is the channel its device names on the wire; its range and resolution are in the stored unit.

    Sensors of one building with the same `circuit` belong together; temperature and humidity are those at its board.
    `elevation_m` is the height of its tap above the building's ground.
    """

    KIND = "sensor"
    parent: Annotated[str, StringConstraints(pattern=CODE_PATTERN.replace("$", "/") + CODE_PATTERN[1:])]
    quantity: Quantity
    unit: str = ""
    range_low: Finite | None = None
    range_high: Finite | None = None
    interval_s: Annotated[Finite, Field(ge=0.001, le=7 * 86_400)]
    heat_class: HeatClass | None = None
    circuit: Code | None = None
    phase: Phase | None = None
    insulation: Insulation | None = None
    rated_current_a: Annotated[Finite, Field(gt=0, le=10_000)] | None = None
    elevation_m: Annotated[Finite, Field(ge=-100, le=1000)] | None = None
    resolution: Annotated[Finite, Field(gt=0)] | None = None

    @property
    def key(self) -> str:
        return f"{self.parent}/{self.code}"

    @property
    def wire_unit(self) -> str:
        """The unit the device sends when a sample names none."""
        return self.unit or UNIT_OF[self.quantity]

    @model_validator(mode="after")
    def _check_unit_and_range(self) -> Self:
        if find_conversion(self.quantity, self.wire_unit) is None:
            accepted = ", ".join(CONVERSIONS[self.quantity])
            raise ValueError(f"{self.unit!r} is no unit of {self.quantity}; accepted: {accepted}")
        if self.range_low is not None and self.range_high is not None and self.range_low >= self.range_high:
            raise ValueError(f"range_low {self.range_low:g} is not below range_high {self.range_high:g}")
        if self.heat_class is not None and self.quantity != Quantity.TEMPERATURE:
            raise ValueError(f"heat_class {self.heat_class} is for a temperature, not for {self.quantity}")
        return self

    @model_validator(mode="after")
    def _check_wiring(self) -> Self:
        for name, given, quantities in (
            ("circuit", self.circuit, _OF_CIRCUITS),
            ("phase", self.phase, _OF_PHASES),
            ("insulation", self.insulation, (Quantity.CABLE_TEMPERATURE,)),
            ("rated_current_a", self.rated_current_a, (Quantity.CURRENT,)),
        ):
            if given is not None and self.quantity not in quantities:
                raise ValueError(f"{name} is for {', '.join(quantities)}, not for {self.quantity}")
        return self


Key = tuple[str, str]
"""Kind and `key` of a record."""

RECORD_TYPES: dict[str, type[Record]] = {kind.KIND: kind for kind in (Area, Building, Zone, Device, Sensor)}
"""In the order in which they refer to each other."""
