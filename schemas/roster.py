"""The registry as columns: what a worker has to know of every sensor and device to place a reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from schemas.domain import Quantity
from schemas.units import Conversion

SENSOR = np.dtype(
    [
        ("sensor_id", np.int32),
        ("device_slot", np.int32),
        ("quantity", np.int8),
        ("interval_us", np.int64),
        ("range_low", np.float64),
        ("range_high", np.float64),
        ("heat_class", np.int8),
        ("circuit_slot", np.int32),
        ("phase", np.int8),
        ("insulation", np.int8),
        ("rated_current_a", np.float64),
        ("elevation_m", np.float64),
        ("resolution", np.float64),
    ]
)
"""`heat_class`, `phase` and `insulation` are places in `HEAT_CLASSES`, `PHASES` and `INSULATIONS`.

Sensors of one circuit have the same `circuit_slot`, which may be another in the next roster. `UNKNOWN`, of
`rated_current_a` nought, is what is not registered; `elevation_m` of the tap above the ground and `resolution`, the
smallest step in the stored unit, are NaN then.
"""
DEVICE = np.dtype(
    [
        ("device_id", np.int32),
        ("building_id", np.int32),
        ("zone_id", np.int32),
        ("interval_us", np.int64),
        ("battery", np.bool_),
        ("retired", np.bool_),
        ("served", np.bool_),
        ("zone_slot", np.int32),
        ("building_slot", np.int32),
        ("gateway_slot", np.int32),
        ("system", np.int8),
        ("part", np.int8),
        ("riser", np.int32),
    ]
)
"""`zone_slot` and `gateway_slot` are `UNKNOWN` for a device without zone, or that speaks for itself.
`system` and `part` are places in `WATER_SYSTEMS` and `WATER_PARTS`, `riser` a number that stands for the code of its
riser; each is `UNKNOWN` where none is registered."""
ZONE = np.dtype([("zone_id", np.int32), ("building_slot", np.int32), ("floor", np.int32), ("use", np.int8)])
BUILDING = np.dtype(
    [
        ("building_id", np.int32),
        ("building_class", np.int8),
        ("use", np.int8),
        ("height_m", np.float64),
        ("floors", np.int32),
    ]
)
LINK = np.dtype([("zone_slot", np.int32), ("neighbour_slot", np.int32), ("kind", np.int8)])
"""What happens in the zone `neighbour_slot` may be felt in `zone_slot`; `kind` is a place in `ZONE_LINK_KINDS`,
as seen from the neighbour: ABOVE says that `zone_slot` lies above it."""
SCOPE = np.dtype(
    [
        ("scope_id", np.int64),
        ("kind", np.int8),
        ("building_slot", np.int32),
        ("zone_slot", np.int32),
        ("device_slot", np.int32),
        ("starts_at", np.int64),
        ("ends_at", np.int64),
    ]
)
"""A declared test, drill or maintenance: of a whole building, or of one zone or device where that is not `UNKNOWN`."""
NO_ZONE = -1
UNKNOWN = -1


def lay_out_sensors(count: int) -> NDArray[np.void]:
    """Rows (count,) of `SENSOR` of which nothing is known yet: any value is in range."""
    sensors = np.zeros(count, SENSOR)
    sensors["range_low"], sensors["range_high"] = -np.inf, np.inf
    for name in ("heat_class", "circuit_slot", "phase", "insulation"):
        sensors[name] = UNKNOWN
    sensors["elevation_m"] = sensors["resolution"] = np.nan
    return sensors


def lay_out_devices(count: int) -> NDArray[np.void]:
    """Rows (count,) of `DEVICE` without zone and gateway, in the first building, served."""
    devices = np.zeros(count, DEVICE)
    devices["zone_id"], devices["zone_slot"], devices["gateway_slot"] = NO_ZONE, UNKNOWN, UNKNOWN
    devices["served"] = True
    devices["system"] = devices["part"] = devices["riser"] = UNKNOWN
    return devices


@dataclass(frozen=True)
class Channel:
    """A sensor as its device names it. `conversion` is None when the device sends the stored unit."""

    slot: int
    quantity: Quantity
    conversion: Conversion | None


@dataclass(frozen=True)
class Device:
    """A device under its building, with its channels by name."""

    slot: int
    code: str
    retired: bool
    channels: dict[str, Channel]

    @cached_property
    def plain_slots(self) -> dict[str, int]:
        """Sensor slots by channel name, of those channels that are sent in the stored unit."""
        return {name: channel.slot for name, channel in self.channels.items() if channel.conversion is None}


@dataclass(frozen=True)
class Roster:
    """Everything registered, at one version of the registry.

    `sensors` is (n_sensors,) of `SENSOR`, `devices` (n_devices,) of `DEVICE`, `codes` the building and device code
    of each of those; a slot is an index into them. `buildings` finds a device by these codes.
    Slots stay what they are from one roster to the next: new ones are added at the end.

    A roster is one share's. It `serves` the buildings it answers for and, while some move, works a few more; those of
    `foreign` are worked by other shares alone. `hears` are the buildings to subscribe to, None for all there are.

    `zones` is (n_zones,) of `ZONE`, `sites` (n_buildings,) of `BUILDING`, with their codes beside them, `links`
    (n_links,) sorted by zone; `channels` names each sensor. `scopes` are those that have not ended.
    """

    version: int
    sensors: NDArray[np.void]
    devices: NDArray[np.void]
    codes: list[tuple[str, str]]
    buildings: dict[str, dict[str, Device]]
    sensor_slots: dict[int, int] = field(repr=False)
    device_slots: dict[int, int] = field(repr=False)
    hears: frozenset[str] | None = None
    serves: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()
    zones: NDArray[np.void] = field(default_factory=lambda: np.empty(0, ZONE))
    sites: NDArray[np.void] = field(default_factory=lambda: np.empty(0, BUILDING))
    links: NDArray[np.void] = field(default_factory=lambda: np.empty(0, LINK))
    scopes: NDArray[np.void] = field(default_factory=lambda: np.empty(0, SCOPE))
    zone_codes: list[str] = field(default_factory=list)
    site_codes: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)

    @cached_property
    def zone_slots(self) -> dict[int, int]:
        """The slot of each zone by its id."""
        return {zone_id: slot for slot, zone_id in enumerate(self.zones["zone_id"].tolist())}

    @cached_property
    def site_slots(self) -> dict[int, int]:
        """The slot of each building by its id."""
        return {building_id: slot for slot, building_id in enumerate(self.sites["building_id"].tolist())}

    def taken_over_since(self, previous: Roster) -> frozenset[str]:
        """Buildings that this share did not work, or did not answer for, at the time of an earlier roster."""
        before, now = previous.buildings.keys() - previous.foreign, self.buildings.keys() - self.foreign
        return frozenset(now - before) | (self.serves - previous.serves)

    @staticmethod
    def empty() -> Roster:
        return Roster(0, np.empty(0, SENSOR), np.empty(0, DEVICE), [], {}, {}, {})
