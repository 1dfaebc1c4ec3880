"""Why a message, or one sample of it, was not accepted: reasons a device maker can act on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Stable names of the reasons for quarantine; each says what to change at the sender."""

    EMPTY_PAYLOAD = "empty_payload"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    NOT_UTF8 = "not_utf8"
    BYTE_ORDER_MARK = "byte_order_mark"
    MALFORMED_JSON = "malformed_json"
    TOO_DEEP = "too_deep"
    DUPLICATE_KEY = "duplicate_key"
    NOT_AN_OBJECT = "not_an_object"
    NOT_FINITE = "not_finite"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    NO_VALUES = "no_values"
    BAD_SEQ = "bad_seq"
    BAD_TEXT = "bad_text"
    BAD_TIMESTAMP = "bad_timestamp"
    TIMESTAMP_WITHOUT_OFFSET = "timestamp_without_offset"
    TIMESTAMP_IN_SECONDS = "timestamp_in_seconds"
    TIMESTAMP_AHEAD = "timestamp_ahead"
    TIMESTAMP_TOO_OLD = "timestamp_too_old"
    BAD_TOPIC = "bad_topic"
    UNKNOWN_BUILDING = "unknown_building"
    UNKNOWN_DEVICE = "unknown_device"
    WRONG_BUILDING = "wrong_building"
    RETIRED_DEVICE = "retired_device"
    UNKNOWN_CHANNEL = "unknown_channel"
    FOREIGN_UNIT = "foreign_unit"
    UNKNOWN_EVENT = "unknown_event"


@dataclass(frozen=True)
class Refusal:
    """One reason with a sentence about this case. The sentence never holds a NUL and is bounded."""

    reason: Reason
    detail: str

    @staticmethod
    def of(reason: Reason, detail: str) -> Refusal:
        return Refusal(reason, make_printable(detail, 500))


class RefusedError(Exception):
    """A payload cannot be understood; the message goes to quarantine with this refusal and is acknowledged."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.refusal = Refusal.of(reason, detail)


def make_printable(text: str, longest: int) -> str:
    """`text` without what PostgreSQL refuses or a terminal would obey, cut to `longest` characters."""
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[:longest])
    return shown if len(text) <= longest else shown + "…"
