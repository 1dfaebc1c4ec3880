"""The wire contract as pydantic models: what a device may publish, and why it was refused.

These models are the authority and explain every refusal. Readings are so many that the well-formed ones take
the shorter way of ``schemas.decode``, which accepts a subset of what is accepted here and nothing else.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from schemas.domain import DeviceEventKind, SignalClass, SubjectKind
from schemas.refusals import Reason

MAX_PAYLOAD_BYTES = 256 * 1024
MAX_SEQ = 2**63 - 1
MAX_MILLISECONDS = 253_402_300_799_999  # the last millisecond of the year 9999

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?")


def _refuse(reason: Reason, sentence: str) -> PydanticCustomError:
    # Braces in a sentence would be taken for placeholders.
    return PydanticCustomError(reason.value, "{sentence}", {"sentence": sentence})


def parse_timestamp(stamp: object) -> datetime:
    """RFC 3339 text with an offset, or integer milliseconds since the epoch, as an aware datetime."""
    if isinstance(stamp, bool) or not isinstance(stamp, int | str):
        raise _refuse(Reason.BAD_TIMESTAMP, "is neither RFC 3339 text nor integer milliseconds")
    if isinstance(stamp, int):
        if not 0 <= stamp <= MAX_MILLISECONDS:
            raise _refuse(Reason.BAD_TIMESTAMP, f"{stamp} is no count of milliseconds since 1970")
        return datetime.fromtimestamp(stamp // 1000, UTC).replace(microsecond=stamp % 1000 * 1000)
    shape = _RFC3339.fullmatch(stamp)
    if not shape:
        raise _refuse(Reason.BAD_TIMESTAMP, f"{stamp[:40]!r} is not RFC 3339, e.g. 2026-11-23T08:00:00.250Z")
    if not shape.group(2):
        raise _refuse(Reason.TIMESTAMP_WITHOUT_OFFSET, f"{stamp[:40]!r} names no offset; add Z or +08:00")
    if stamp[17:19] == "60":
        raise _refuse(
            Reason.BAD_TIMESTAMP, f"{stamp[:40]!r} is a leap second; send second 59 or the next one"
        )
    try:
        return datetime.fromisoformat(stamp.upper())
    except ValueError as error:
        raise _refuse(Reason.BAD_TIMESTAMP, f"{stamp[:40]!r}: {error}") from error


def _check_seq(seq: object) -> object:
    if isinstance(seq, int) and not isinstance(seq, bool) and not 0 <= seq <= MAX_SEQ:
        raise _refuse(Reason.BAD_SEQ, f"{seq} is outside 0 … 2^63-1")
    return seq


Timestamp = Annotated[datetime, BeforeValidator(parse_timestamp, json_schema_input_type=str | int)]
Seq = Annotated[int, BeforeValidator(_check_seq, json_schema_input_type=int)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Text = Annotated[str, StringConstraints(max_length=500)]


class WireModel(BaseModel):
    """Strict: text is no number and true is no number. Fields not known here are ignored."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class Sample(WireModel):
    """One value of one channel. Without `ts` it takes that of its message."""

    channel: str
    value: Finite
    ts: Timestamp | None = None
    unit: str | None = None
    quality: Literal["good", "uncertain", "bad"] | None = None


class ReadingMessage(WireModel):
    """What a device publishes on ``…/readings``: `values` at one time, or `samples` each with its own."""

    seq: Seq | None = None
    ts: Timestamp | None = None
    values: dict[str, Finite] | None = None
    samples: list[Sample] | None = None

    @model_validator(mode="after")
    def _check_holds_something(self) -> Self:
        if not self.values and not self.samples:
            raise _refuse(Reason.NO_VALUES, "the message holds neither `values` nor `samples`")
        if self.ts is None and (self.values or any(sample.ts is None for sample in self.samples or ())):
            raise _refuse(Reason.MISSING_FIELD, "`ts` is missing: a value without its time is no reading")
        return self


class EventMessage(WireModel):
    """What a device declares of itself on ``…/events``."""

    ts: Timestamp
    event: str
    state: Literal["active", "cleared"]
    seq: Seq | None = None
    channel: str | None = None
    text: Text | None = None

    @model_validator(mode="after")
    def _check_event_is_known(self) -> Self:
        if self.event not in tuple(DeviceEventKind):
            known = ", ".join(DeviceEventKind)
            raise _refuse(Reason.UNKNOWN_EVENT, f"{self.event[:64]!r} is not one of {known}")
        return self


class StatusMessage(WireModel):
    """Retained birth or will of a device on ``…/status``.

    `seq` in a birth is the first number that will follow: the device holds nothing older, so nothing older is
    waited for.
    """

    state: Literal["online", "offline"]
    ts: Timestamp | None = None
    seq: Seq | None = None
    firmware: Annotated[str, StringConstraints(max_length=64)] | None = None


class Receipt(WireModel):
    """What the service publishes on ``…/receipts`` after commit: everything up to `seq` is stored."""

    seq: int


class AlertNotice(BaseModel):
    """What the service publishes on ``{root}/alerts/{building}`` when a rule raises, changes colour or clears.

    While the database is away it comes with `persisted` false at once, and again with `persisted` true and the
    same `batch` when the change has been stored; otherwise once, after commit.
    """

    model_config = ConfigDict(frozen=True)

    change: Literal["raise", "severity", "clear"]
    rule: str
    signal_class: SignalClass = Field(alias="class", serialization_alias="class")
    severity: int
    latching: bool
    subject_kind: SubjectKind
    subject_id: int
    building: str
    zone: str | None = None
    device: str | None
    at: int = Field(description="Event time, microseconds since the epoch")
    late: bool
    value: float | None
    limit: float | None
    unit: str | None
    persisted: bool
    batch: int
