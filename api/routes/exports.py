"""``/v1/exports/…``: tables to take away, as CSV or Parquet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query, Request
from psycopg import sql
from pydantic import Field, model_validator
from starlette.responses import Response, StreamingResponse

from api.access import AccessDep
from api.completeness_store import MOST_FALSE_ALARMS
from api.connections import ConnectionsDep
from api.coverage_store import SELECT_COVERAGE
from api.examples import files as examples
from api.examples import show_text
from api.exports import tables
from api.exports.columns import Column, Table, Writer
from api.exports.csv_writer import CsvWriter
from api.exports.parquet_writer import ParquetWriter
from api.exports.streaming import Download, Exports
from api.freshness import read_freshness
from api.moments import GivenMoment
from api.place_filter import PlaceParameters
from api.problems import describe_problems
from schemas.domain import SignalClass

router = APIRouter(prefix="/v1/exports", tags=["exports"])

LONGEST = timedelta(days=3660)


def _show_table(example: str, question: str) -> dict[int | str, dict[str, object]]:
    """What a table looks like as CSV, and where one lies as Parquet, which is not for reading."""
    described = show_text("text/csv", example, "The table, while it is read")
    parquet = {
        "schema": {"type": "string", "format": "binary"},
        "examples": {"empty": {"externalValue": f"{router.prefix}/{question}&format=parquet"}},
    }
    content = {**described[200]["content"], ParquetWriter.media_type: parquet}  # type: ignore[dict-item]
    return {200: {**described[200], "content": content}} | describe_problems(422, 503)


class Format(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"


class ExportParameters(PlaceParameters):
    format: Format = Format.CSV
    bom: Annotated[bool, Field(description="Begin CSV with a byte order mark, for Excel")] = False

    def make_writer(self, columns: tuple[Column, ...]) -> Writer:
        if self.format is Format.PARQUET:
            return ParquetWriter(columns)
        return CsvWriter(columns, with_mark=self.bom)


class SpanParameters(ExportParameters):
    begin: Annotated[GivenMoment, Field(alias="from")]
    end: Annotated[GivenMoment, Field(alias="to", description="Not included")]

    @model_validator(mode="after")
    def _check_span(self) -> Self:
        if not timedelta(0) < self.end - self.begin <= LONGEST:
            raise ValueError("`to` must come after `from`, by ten years at most")
        return self


class AlertParameters(SpanParameters):
    classes: Annotated[tuple[SignalClass, ...], Field(alias="class", max_length=7)] = ()


class ReadingParameters(SpanParameters):
    sensor: Annotated[tuple[Annotated[int, Field(ge=1, le=2**31 - 1)], ...], Field(max_length=200)] = ()

    @model_validator(mode="after")
    def _check_places(self) -> Self:
        if not self.sensor and not self.building:
            raise ValueError("name sensors (`sensor`) or buildings (`building`)")
        return self


class DayParameters(ExportParameters):
    first: Annotated[date, Field(alias="from", description="The first day, in China")]
    last: Annotated[date, Field(alias="to", description="The last day, included")]

    @model_validator(mode="after")
    def _check_span(self) -> Self:
        if not timedelta(0) <= self.last - self.first <= LONGEST:
            raise ValueError("`to` must be the same day as `from` or later, by ten years at most")
        return self


class CoverageParameters(DayParameters):
    least_online: Annotated[float, Field(ge=0, le=1)] = 0.9
    least_completeness: Annotated[float, Field(ge=0, le=1)] = 0.9


@dataclass(frozen=True)
class _Source:
    """A table whose places are not known yet."""

    name: str
    columns: tuple[Column, ...]
    query: sql.Composed


class _Counter:
    """Where tables are handed out, to whoever asks for one."""

    def __init__(self, request: Request, access: AccessDep, connections: ConnectionsDep) -> None:
        self._exports: Exports = request.app.state.exports
        self._access = access
        self._connections = connections

    async def hand_out(
        self, parameters: ExportParameters, source: _Source, params: dict[str, object]
    ) -> Response:
        async with self._connections.borrow() as connection:
            freshness = await read_freshness(connection)
            building_ids = await parameters.places.find(connection)
        table = Table(source.name, source.columns, source.query, {**params, "building_ids": building_ids})
        writer = parameters.make_writer(source.columns)
        pieces = await self._exports.begin(table, writer, self._access.buildings)
        headers = {
            **freshness.headers,
            "Content-Disposition": f'attachment; filename="{source.name}.{parameters.format}"',
        }
        return Download(pieces, headers=headers, media_type=writer.media_type)


CounterDep = Annotated[_Counter, Depends()]


@router.get(
    "/alerts",
    response_class=StreamingResponse,
    responses=_show_table(examples.ALERT_TABLE, "alerts?from=2026-11-23T07:00:00Z&to=2026-11-23T08:00:00Z"),
)
async def export_alerts(counter: CounterDep, parameters: Annotated[AlertParameters, Query()]) -> Response:
    """Alerts raised in a span of time, in its order, open or not."""
    params = {"begin": parameters.begin, "end": parameters.end, "classes": list(parameters.classes)}
    source = _Source("alerts", tables.ALERT_COLUMNS, tables.SELECT_ALERTS)
    return await counter.hand_out(parameters, source, params)


@router.get(
    "/readings",
    response_class=StreamingResponse,
    responses=_show_table(
        examples.READING_TABLE, "readings?sensor=7&from=2026-11-23T07:00:00Z&to=2026-11-23T08:00:00Z"
    ),
)
async def export_readings(counter: CounterDep, parameters: Annotated[ReadingParameters, Query()]) -> Response:
    """Readings of sensors or buildings in a span of time, one sensor after the other, each in the order of time."""
    params = {"begin": parameters.begin, "end": parameters.end, "sensors": list(parameters.sensor)}
    source = _Source("readings", tables.READING_COLUMNS, tables.SELECT_READINGS)
    return await counter.hand_out(parameters, source, params)


@router.get(
    "/coverage",
    response_class=StreamingResponse,
    responses=_show_table(examples.COVERAGE_TABLE, "coverage?from=2026-11-16&to=2026-11-22"),
)
async def export_coverage(
    counter: CounterDep, parameters: Annotated[CoverageParameters, Query()]
) -> Response:
    """Coverage of every building over a period; rates follow from the sums that are given."""
    params: dict[str, object] = {
        "first": parameters.first,
        "last": parameters.last,
        "least_online": parameters.least_online,
        "least_completeness": parameters.least_completeness,
        "must_connect": None,
        "classes": [],
        "states": [],
        "after": "",
        "limit": None,
    }
    source = _Source("coverage", tables.COVERAGE_COLUMNS, SELECT_COVERAGE)
    return await counter.hand_out(parameters, source, params)


@router.get(
    "/false-alarms",
    response_class=StreamingResponse,
    responses=_show_table(examples.FALSE_ALARM_TABLE, "false-alarms?from=2026-11-16&to=2026-11-22"),
)
async def export_false_alarms(counter: CounterDep, parameters: Annotated[DayParameters, Query()]) -> Response:
    """The ledger of false alarms by day, building, device and rule; more than five of a building a day are flagged."""
    params = {"first": parameters.first, "last": parameters.last, "most": MOST_FALSE_ALARMS}
    source = _Source("false-alarms", tables.FALSE_ALARM_COLUMNS, tables.SELECT_FALSE_ALARMS)
    return await counter.hand_out(parameters, source, params)
