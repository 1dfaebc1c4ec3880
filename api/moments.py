"""Times on the wire of the API: RFC 3339 in UTC with milliseconds going out, with an offset coming in."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, PlainSerializer, WithJsonSchema

CHINA = timezone(timedelta(hours=8))
"""Where days begin; it has had no summer time since 1991."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
# Whoever asks beyond these has a broken clock, and arithmetic at the calendar's ends overflows.
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def format_moment(moment: datetime) -> str:
    """``2026-11-23T08:00:00.250Z``."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def _refuse_other_forms(text: object) -> object:
    # pydantic alone would take numbers too and guess whether they count seconds or milliseconds.
    if not isinstance(text, str) or not _RFC3339.fullmatch(text):
        raise ValueError("is not RFC 3339 with an offset, e.g. 2026-11-23T08:00:00Z (in an address + is %2B)")
    return text


def _refuse_moments(text: object) -> object:
    # pydantic alone would take a midnight without an offset for a day.
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        raise ValueError("is no day, e.g. 2026-11-23")
    return text


def _check_day(day: date) -> date:
    if not _EARLIEST.date() <= day < _LATEST.date():
        raise ValueError("lies outside 1970 to 2199")
    return day


def _check_span(moment: datetime) -> datetime:
    if not _EARLIEST <= moment < _LATEST:
        raise ValueError("lies outside 1970 to 2199")
    return moment


Moment = Annotated[
    datetime,
    PlainSerializer(format_moment, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-23T08:00:00.250Z"]}),
]
"""A time in an answer."""

GivenMoment = Annotated[AwareDatetime, BeforeValidator(_refuse_other_forms), AfterValidator(_check_span)]
"""A time in a question."""

GivenDay = Annotated[date, BeforeValidator(_refuse_moments), AfterValidator(_check_day)]
"""A day in China in a question."""


def begin_day(day: date) -> datetime:
    """Midnight in China."""
    return datetime.combine(day, time(), CHINA)
