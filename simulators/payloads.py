"""Readings of one device as the bytes it would publish: the contract in the dialect of its model."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from schemas.units import Conversion, find_conversion
from simulators.models import Channel, Model, Stamp

_CHINA = timezone(timedelta(hours=8))
_DIGITS = 6


def encode_readings(model: Model, seq: int, at: float, values: list[float]) -> bytes:
    """One message with every channel of a device.

    Parameters
    ----------
    at
        Time of measurement [s since the epoch]; written in whole milliseconds.
    values
        One value a channel, in stored units.
    """
    stamp = _write_stamp(model.stamp, at)
    if not model.in_samples:
        written = {
            c.name: _to_wire(c, c.unit, value) for c, value in zip(model.channels, values, strict=True)
        }
        return _dump({"seq": seq, "ts": stamp, "values": written})
    samples = [_write_sample(c, stamp, value) for c, value in zip(model.channels, values, strict=True)]
    return _dump({"seq": seq, "samples": samples})


def encode_status(state: str, at: float, firmware: str, seq: int | None = None) -> bytes:
    """A birth or an announced end: `state` is online or offline; a birth names the first number to come."""
    begins: dict[str, object] = {} if seq is None else {"seq": seq}
    return _dump({"state": state, "ts": _write_stamp(Stamp.UTC, at), "firmware": firmware, **begins})


def encode_will() -> bytes:
    """What the broker says when the connection breaks; when that will be nobody knows beforehand."""
    return _dump({"state": "offline"})


def _write_sample(channel: Channel, stamp: str | int, value: float) -> dict[str, str | int | float]:
    unit = channel.named_unit or channel.unit
    sample: dict[str, str | int | float] = {
        "ts": stamp,
        "channel": channel.name,
        "value": _to_wire(channel, unit, value),
    }
    return sample | {"unit": unit} if channel.named_unit else sample


def _to_wire(channel: Channel, unit: str, value: float) -> float:
    """A stored value in the unit on the wire; rounded, because a device has no fifteen digits."""
    conversion = find_conversion(channel.quantity, unit) or Conversion(1.0)
    return round((value - conversion.offset) / conversion.factor, _DIGITS)


def _write_stamp(style: Stamp, at: float) -> str | int:
    milliseconds = int(at * 1000)
    if style is Stamp.EPOCH_MS:
        return milliseconds
    zone = _CHINA if style is Stamp.LOCAL else UTC
    text = datetime.fromtimestamp(milliseconds / 1000, zone).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _dump(message: dict[str, object]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()
