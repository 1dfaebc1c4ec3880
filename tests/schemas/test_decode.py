"""The short way of decoding accepts only what the thorough way accepts, and to the same content."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.event_times import to_microseconds
from schemas.decode import PlainSeries, WireReadings, decode_readings
from schemas.messages import MAX_SEQ, ReadingMessage
from schemas.refusals import RefusedError, make_printable

NUMBERS = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**60), 2**60))
STAMPS = st.one_of(
    st.integers(-10, 2**62),
    st.datetimes().map(lambda stamp: stamp.isoformat() + "Z"),
    st.datetimes().map(datetime.isoformat),
    st.text(max_size=5),
    st.none(),
)
ODD = st.one_of(NUMBERS, st.text(max_size=4), st.none(), st.booleans(), st.lists(NUMBERS, max_size=2))
SAMPLES = st.fixed_dictionaries(
    {"channel": st.text(max_size=6), "value": ODD},
    optional={
        "ts": STAMPS,
        "unit": st.sampled_from(["kPa", "", 3]),
        "quality": st.sampled_from(["good", "awful"]),
    },
)
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "seq": st.one_of(st.integers(-2, 2**65), st.booleans()),
        "ts": STAMPS,
        "values": st.dictionaries(st.text(max_size=6), st.one_of(NUMBERS, ODD), max_size=3),
        "samples": st.lists(SAMPLES, max_size=3),
        "other": ODD,
    },
)

# Up to the year 2255; beyond, a float of seconds, which datetime gives, no longer holds every microsecond.
EXACT_MILLISECONDS = 2**53 // 1000
PLAIN_SAMPLES = st.fixed_dictionaries(
    {"channel": st.text(max_size=6), "value": NUMBERS, "ts": st.integers(0, EXACT_MILLISECONDS)}
)
PLAIN_SERIES = st.fixed_dictionaries(
    {"samples": st.lists(PLAIN_SAMPLES, min_size=1, max_size=4)}, optional={"seq": st.integers(0, MAX_SEQ)}
)


def flatten(message: WireReadings | PlainSeries | ReadingMessage) -> list[object]:
    """Everything a message says, with times in microseconds."""
    if isinstance(message, PlainSeries):
        plain = [(s.channel, s.value, to_microseconds(s.ts), None, None) for s in message.samples]
        return [message.seq, None, {}, plain]

    def at(stamp: int | datetime | None) -> int | None:
        return None if stamp is None else to_microseconds(stamp)

    samples = [(s.channel, float(s.value), at(s.ts), s.unit, s.quality) for s in message.samples or ()]
    return [message.seq, at(message.ts), message.values or {}, samples]


@given(MESSAGES, st.booleans())
def test_both_ways_of_decoding_agree(content: dict[str, object], compact: bool) -> None:
    payload = json.dumps(content, separators=(",", ":") if compact else None).encode()
    try:
        expected = ReadingMessage.model_validate(json.loads(payload))
    except ValueError:
        with pytest.raises(RefusedError):
            decode_readings(payload)
        return
    assert flatten(decode_readings(payload)) == flatten(expected)


@given(PLAIN_SERIES, st.booleans())
def test_a_plain_series_is_taken_column_by_column_with_the_same_content(
    content: dict[str, object], compact: bool
) -> None:
    payload = json.dumps(content, separators=(",", ":") if compact else None).encode()
    decoded = decode_readings(payload)
    # Only text that looks like a key sends one the longer way.
    like_a_key = any(like in payload for like in (b'\\":', b'": ":', b'":":'))
    assert isinstance(decoded, PlainSeries) or like_a_key
    assert flatten(decoded) == flatten(ReadingMessage.model_validate(json.loads(payload)))


@given(PLAIN_SERIES, st.sampled_from(["channel", "value", "ts", "samples"]))
def test_a_key_that_stands_twice_in_a_plain_series_is_refused(content: dict[str, object], key: str) -> None:
    text = json.dumps(content).replace(f'"{key}": ', f'"{key}": 1, "{key}": ', 1)
    with pytest.raises(RefusedError, match="twice"):
        decode_readings(text.encode())


@given(st.binary(max_size=40))
def test_any_bytes_are_either_understood_or_refused(payload: bytes) -> None:
    try:
        decode_readings(payload)
    except RefusedError as error:
        assert error.refusal.detail  # noqa: PT017 - being refused is one of the two good ends


@given(st.text())
def test_what_is_shown_of_a_message_holds_nothing_the_database_refuses(text: str) -> None:
    make_printable(text, 50).encode("utf-8")
    assert "\0" not in make_printable(text, 50)
