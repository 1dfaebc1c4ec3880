"""One stored unit a quantity, and the units accepted on the wire for it.

A unit that is not listed for its quantity is refused, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.domain import Quantity


@dataclass(frozen=True)
class Conversion:
    """``stored = wire * factor + offset``."""

    factor: float
    offset: float = 0.0


UNIT_OF: Mapping[Quantity, str] = {
    Quantity.SMOKE: "dB/m",
    Quantity.TEMPERATURE: "°C",
    Quantity.PRESSURE: "MPa",
    Quantity.FLOW: "L/s",
    Quantity.LEVEL: "m",
    Quantity.RESIDUAL_CURRENT: "mA",
    Quantity.CABLE_TEMPERATURE: "°C",
    Quantity.CURRENT: "A",
    Quantity.VOLTAGE: "V",
    Quantity.CO: "ppm",
    Quantity.GAS: "%LEL",
    Quantity.BATTERY: "%",
    Quantity.ARC: "1/s",
    Quantity.HUMIDITY: "%RH",
}

_SAME = Conversion(1.0)
_TEMPERATURES = {
    "°C": _SAME,
    "Cel": _SAME,
    "C": _SAME,
    "K": Conversion(1.0, -273.15),
    "°F": Conversion(5 / 9, -160 / 9),
}
_CURRENTS_IN_AMPERE = {"A": _SAME, "mA": Conversion(1e-3), "kA": Conversion(1e3)}

CONVERSIONS: Mapping[Quantity, Mapping[str, Conversion]] = {
    # Optical density per metre (log10) is ten times smaller than dB/m by definition; extinction k = D * ln 10.
    Quantity.SMOKE: {"dB/m": _SAME, "OD/m": Conversion(10.0), "1/m": Conversion(4.342944819032518)},
    Quantity.TEMPERATURE: _TEMPERATURES,
    Quantity.PRESSURE: {
        "MPa": _SAME,
        "kPa": Conversion(1e-3),
        "Pa": Conversion(1e-6),
        "bar": Conversion(0.1),
        "mbar": Conversion(1e-4),
        "mH2O": Conversion(9.80665e-3),
    },
    Quantity.FLOW: {
        "L/s": _SAME,
        "l/s": _SAME,
        "L/min": Conversion(1 / 60),
        "m3/h": Conversion(1 / 3.6),
        "m³/h": Conversion(1 / 3.6),
    },
    Quantity.LEVEL: {"m": _SAME, "cm": Conversion(1e-2), "mm": Conversion(1e-3)},
    Quantity.RESIDUAL_CURRENT: {"mA": _SAME, "A": Conversion(1e3)},
    Quantity.CABLE_TEMPERATURE: _TEMPERATURES,
    Quantity.CURRENT: _CURRENTS_IN_AMPERE,
    Quantity.VOLTAGE: {"V": _SAME, "mV": Conversion(1e-3), "kV": Conversion(1e3)},
    Quantity.CO: {"ppm": _SAME, "mg/m3": Conversion(24.055 / 28.01), "mg/m³": Conversion(24.055 / 28.01)},
    Quantity.GAS: {"%LEL": _SAME},
    # The second is SenML's (RFC 8428, table 1).
    Quantity.BATTERY: {"%": _SAME, "%EL": _SAME},
    # Half-cycles of the supply with an arc in them, counted over a second.
    Quantity.ARC: {"1/s": _SAME},
    # SenML's relative humidity is %RH too.
    Quantity.HUMIDITY: {"%RH": _SAME, "%": _SAME},
}
"""Accepted units; CO in mg/m³ is taken at 20 °C and 101.325 kPa (24.055 L/mol, 28.01 g/mol)."""


def find_conversion(quantity: Quantity, unit: str) -> Conversion | None:
    """The conversion of `unit` to the stored unit of `quantity`; None when it is not a unit of it."""
    return CONVERSIONS[quantity].get(unit)
