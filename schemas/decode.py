"""Payload bytes to messages: short ways for well-formed readings, a thorough one that explains a refusal.

The short ways (msgspec) accept only what the models of ``schemas.messages`` accept; whatever they do not
understand at once goes the thorough way, which decides.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal, NoReturn, TypeVar

import msgspec
from pydantic import ValidationError

from schemas.messages import (
    MAX_MILLISECONDS,
    MAX_PAYLOAD_BYTES,
    MAX_SEQ,
    EventMessage,
    ReadingMessage,
    StatusMessage,
    WireModel,
)
from schemas.refusals import Reason, RefusedError

Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=MAX_MILLISECONDS)]
WireTime = Milliseconds | Annotated[datetime, msgspec.Meta(tz=True)]
WireSeq = Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQ)]


class WireSample(msgspec.Struct, gc=False):
    """See `schemas.messages.Sample`."""

    channel: str
    value: float
    ts: WireTime | None = None
    unit: str | None = None
    quality: Literal["good", "uncertain", "bad"] | None = None


class WireReadings(msgspec.Struct, gc=False):
    """See `schemas.messages.ReadingMessage`. `ts` is milliseconds since the epoch or an aware datetime."""

    seq: WireSeq | None = None
    ts: WireTime | None = None
    values: dict[str, float] | None = None
    samples: list[WireSample] | None = None


class PlainSample(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A sample in the unit its channel is registered with; `ts` is milliseconds since the epoch."""

    channel: str
    value: float
    ts: Milliseconds


class PlainSeries(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A message of nothing but plain samples, as gateways send by the dozen: it can be taken column by column."""

    samples: Annotated[list[PlainSample], msgspec.Meta(min_length=1)]
    seq: WireSeq | None = None


_decode_readings = msgspec.json.Decoder(WireReadings).decode
_decode_series = msgspec.json.Decoder(PlainSeries).decode
Model = TypeVar("Model", bound=WireModel)


def decode_readings(payload: bytes) -> WireReadings | PlainSeries:
    """Decode one message of ``…/readings``.

    Raises
    ------
    RefusedError
        The payload cannot be understood; nothing of it was taken.
    """
    if b'"samples"' in payload and (series := _decode_plain_series(payload)):
        return series
    try:
        message = _decode_readings(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _decode_thoroughly(payload)
    if len(payload) > MAX_PAYLOAD_BYTES or not _is_plain(message, payload):
        return _decode_thoroughly(payload)
    return message


def decode_event(payload: bytes) -> EventMessage:
    """Decode one message of ``…/events``; raises `RefusedError`."""
    return _validate(EventMessage, _parse_json(payload))


def decode_status(payload: bytes) -> StatusMessage:
    """Decode one message of ``…/status``; raises `RefusedError`."""
    return _validate(StatusMessage, _parse_json(payload))


def _decode_plain_series(payload: bytes) -> PlainSeries | None:
    """The payload as a plain series, if it is one with each key once (see `_is_plain`)."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        return None
    try:
        series = _decode_series(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    keys = 1 + (series.seq is not None) + 3 * len(series.samples)
    return series if payload.count(b'":') == keys else None


def _is_plain(message: WireReadings, payload: bytes) -> bool:
    """Whether the payload holds just the keys that were decoded, each of them once.

    JSON parsers keep the last of two equal keys. Counting ``":`` in the text finds that, and unknown keys,
    without parsing twice; escaped text that happens to hold it only costs the thorough way.
    """
    keys = (message.seq is not None) + (message.ts is not None)
    if message.values:
        if message.ts is None:
            return False
        keys += 1 + len(message.values)
    if message.samples:
        keys += 1
        for sample in message.samples:
            if sample.ts is None and message.ts is None:
                return False
            keys += 2 + (sample.ts is not None) + (sample.unit is not None) + (sample.quality is not None)
    return payload.count(b'":') == keys and bool(message.values or message.samples)


def _decode_thoroughly(payload: bytes) -> WireReadings:
    model = _validate(ReadingMessage, _parse_json(payload))
    samples = [WireSample(s.channel, s.value, s.ts, s.unit, s.quality) for s in model.samples or ()]
    return WireReadings(model.seq, model.ts, model.values, samples or None)


def _parse_json(payload: bytes) -> dict[str, Any]:
    """The payload as a JSON object, or the most telling refusal."""
    if not payload:
        raise RefusedError(Reason.EMPTY_PAYLOAD, "the payload is empty")
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise RefusedError(Reason.PAYLOAD_TOO_LARGE, f"{len(payload)} bytes; at most {MAX_PAYLOAD_BYTES}")
    if payload.startswith(b"\xef\xbb\xbf"):
        raise RefusedError(
            Reason.BYTE_ORDER_MARK, "the payload begins with a byte order mark; send plain UTF-8"
        )
    try:
        parsed = json.loads(
            payload.decode("utf-8"), object_pairs_hook=_refuse_duplicates, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError as error:
        raise RefusedError(Reason.NOT_UTF8, f"byte {error.start} is not UTF-8") from error
    except RecursionError as error:
        raise RefusedError(Reason.TOO_DEEP, "lists or objects are nested too deeply") from error
    except ValueError as error:
        raise RefusedError(Reason.MALFORMED_JSON, f"not JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise RefusedError(
            Reason.NOT_AN_OBJECT, f"the top level is not an object but {json.dumps(parsed)[:40]}"
        )
    return parsed


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise RefusedError(Reason.DUPLICATE_KEY, f"key {twice[:64]!r} stands twice in one object")
    return members


def _refuse_constant(constant: str) -> NoReturn:
    raise RefusedError(Reason.NOT_FINITE, f"{constant} is no measurement; leave the channel out")


def _validate(model: type[Model], parsed: dict[str, Any]) -> Model:
    try:
        return model.model_validate(parsed)
    except ValidationError as error:
        raise _explain(error) from error


_REASON_OF_ERROR = {
    "missing": Reason.MISSING_FIELD,
    "finite_number": Reason.NOT_FINITE,
    "string_too_long": Reason.BAD_TEXT,
    "string_unicode": Reason.BAD_TEXT,
}


def _explain(error: ValidationError) -> RefusedError:
    """The first complaint of pydantic in our terms, with the place in the message it is about."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "message"
    kind = first["type"]
    reason = Reason(kind) if kind in tuple(Reason) else _REASON_OF_ERROR.get(kind, Reason.WRONG_TYPE)
    return RefusedError(reason, f"{place}: {first['msg']}")
