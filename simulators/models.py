"""The models of devices in the city: their channels, ranges and intervals, and how they write a message."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.domain import PowerSupply, Quantity


class Stamp(StrEnum):
    """How a model writes the time; the contract allows all three."""

    UTC = "utc"
    LOCAL = "local"
    EPOCH_MS = "epoch_ms"


@dataclass(frozen=True)
class Channel:
    """One channel of a model.

    Attributes
    ----------
    unit
        What the registry says the device sends when it names none.
    low, high
        Range of measurement, in the stored unit of the quantity; beyond it the reading stays at its end.
    step
        Resolution, in the stored unit.
    change
        A change by so much since the last report is reported at once, in the stored unit. At least six
        times the noise, so that quiet channels keep to their interval.
    named_unit
        The unit written beside every sample; None for models that name none.
    """

    name: str
    quantity: Quantity
    unit: str
    low: float
    high: float
    step: float
    change: float
    named_unit: str | None = None


@dataclass(frozen=True)
class Model:
    """One model of device; ``in_samples`` says whether it writes `samples` instead of `values`."""

    code: str
    name: str
    channels: tuple[Channel, ...]
    interval_seconds: float
    stamp: Stamp = Stamp.UTC
    in_samples: bool = False
    power: PowerSupply = PowerSupply.MAINS
    firmware: str = "1.4.2"


_SMOKE = Channel("smoke", Quantity.SMOKE, "dB/m", 0.0, 10.0, 0.001, 0.06)
_TEMPERATURE = Channel("temperature", Quantity.TEMPERATURE, "°C", -40.0, 125.0, 0.1, 1.5)
_CO = Channel("co", Quantity.CO, "ppm", 0.0, 1000.0, 0.5, 10.0)

SMOKE_HEAT = Model("FS-ST2", "烟温复合探测器", (_SMOKE, _TEMPERATURE), 10.0)
SMOKE_HEAT_CO = Model("FS-ST3", "烟温一氧化碳复合探测器", (_SMOKE, _TEMPERATURE, _CO), 10.0)

_PRESSURE = Quantity.PRESSURE
PRESSURE = Model(
    "FS-P1", "消火栓压力变送器", (Channel("pressure", _PRESSURE, "MPa", -0.1, 2.5, 1e-3, 0.03),), 10.0
)
PRESSURE_KPA = Model(
    "FS-P2",
    "消火栓压力变送器",
    (Channel("pressure", _PRESSURE, "kPa", -0.1, 2.5, 1e-3, 0.03),),
    10.0,
    Stamp.LOCAL,
)
PRESSURE_NAMED = Model(
    "FS-P3",
    "消火栓压力变送器",
    (Channel("pressure", _PRESSURE, "MPa", -0.1, 2.5, 1e-3, 0.03, named_unit="kPa"),),
    10.0,
    Stamp.EPOCH_MS,
    in_samples=True,
)
PRESSURE_MODELS = (PRESSURE, PRESSURE_KPA, PRESSURE_NAMED)

FLOW = Model("FS-F1", "管道流量计", (Channel("flow", Quantity.FLOW, "L/s", 0.0, 60.0, 0.01, 0.4),), 10.0)
FLOW_NAMED = Model(
    "FS-F2",
    "管道流量计",
    (Channel("flow", Quantity.FLOW, "m3/h", 0.0, 60.0, 0.01, 0.4, named_unit="L/min"),),
    10.0,
    Stamp.EPOCH_MS,
    in_samples=True,
)
FLOW_MODELS = (FLOW, FLOW_NAMED)

LEVEL = Model(
    "FS-L1", "高位水箱液位计", (Channel("level", Quantity.LEVEL, "m", 0.0, 5.0, 0.001, 0.05),), 10.0
)


def _electrical_channels(residual_unit: str | None, cable_unit: str | None) -> tuple[Channel, ...]:
    cable = Quantity.CABLE_TEMPERATURE
    return (
        Channel("residual", Quantity.RESIDUAL_CURRENT, "mA", 0.0, 2000.0, 1.0, 60.0, residual_unit),
        Channel("cable_a", cable, "°C", -20.0, 200.0, 0.1, 4.0, cable_unit),
        Channel("cable_b", cable, "°C", -20.0, 200.0, 0.1, 4.0, cable_unit),
        Channel("cable_c", cable, "°C", -20.0, 200.0, 0.1, 4.0, cable_unit),
        Channel("current", Quantity.CURRENT, "A", 0.0, 1000.0, 0.1, 80.0),
        Channel("voltage", Quantity.VOLTAGE, "V", 0.0, 500.0, 0.1, 15.0),
    )


ELECTRICAL = Model("FS-E6", "电气火灾监控探测器", _electrical_channels(None, None), 15.0, Stamp.LOCAL)
ELECTRICAL_NAMED = Model(
    "FS-E6S", "电气火灾监控探测器", _electrical_channels("A", "K"), 15.0, Stamp.EPOCH_MS, in_samples=True
)
ELECTRICAL_MODELS = (ELECTRICAL, ELECTRICAL_NAMED)

GATEWAY = Model("FS-GW1", "楼宇网关", (), 60.0, firmware="2.0.1")
