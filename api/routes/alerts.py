"""``/v1/alerts``: lists of alerts, and one alert with all there is to know of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.alert_lists import AlertKey, FoundAlerts, PageAsked, find_alerts, take_page
from api.alert_models import AlertDetail, AlertId, AlertList, Colour
from api.alert_question import AlertOrder, AlertQuestion
from api.alert_store import read_detail
from api.answers import JSON, answer_json, answer_unchanged, is_unchanged, make_list_etag
from api.change_feed import ChangeFeed
from api.connections import ConnectionsDep, Lender, one_snapshot
from api.cursors import CursorText, Id, decode_cursor, digest_question
from api.examples import alerts as examples
from api.examples import show_example
from api.freshness import Freshness, read_freshness
from api.kept_list import KeptList
from api.languages import LanguageDep
from api.list_membership import make_membership
from api.list_memory import ListMemory, RememberedList, name_list
from api.list_wire import write_head, write_rest
from api.moments import GivenMoment
from api.parameters import Codes, Limit, PersonName, Question, SearchText
from api.problems import describe_problems
from api.written_alerts import WrittenAlerts
from schemas.domain import Condition, SignalClass, Verdict

router = APIRouter(prefix="/v1/alerts", tags=["alerts"])

_SAID = {"true": True, "false": False, "all": None}


class NoVerdict(StrEnum):
    NONE = "none"


class ListParameters(Question):
    """Filters; a repeated one takes either. Spans of time hold their begin and not their end."""

    open: Literal["true", "false", "all"] = "true"
    classes: Annotated[tuple[SignalClass, ...], Field(alias="class", max_length=7)] = ()
    severity: Annotated[tuple[Colour, ...], Field(max_length=4)] = ()
    area: Annotated[Codes, Field(description="With all areas within it")] = ()
    building: Codes = ()
    zone: Annotated[Codes, Field(description="Zones of other buildings may have the same code")] = ()
    device: Annotated[Codes, Field(description="Devices of other buildings may have the same code")] = ()
    rule: Codes = ()
    incident: Annotated[Id | None, Field(description="Only alerts of this incident")] = None
    verdict: Annotated[tuple[Verdict | NoVerdict, ...], Field(max_length=6)] = ()
    condition: Condition | None = None
    acknowledged: Literal["true", "false", "all"] = "all"
    assigned: Annotated[PersonName | None, Field(description="To whom")] = None
    raised_from: GivenMoment | None = None
    raised_to: GivenMoment | None = None
    changed_from: Annotated[GivenMoment | None, Field(description="Of the last change")] = None
    changed_to: GivenMoment | None = None
    cleared_from: GivenMoment | None = None
    cleared_to: GivenMoment | None = None
    q: Annotated[
        SearchText | None,
        Field(description="Part of a rule's title, a place's or a person's name, or an alert's number"),
    ] = None
    order: AlertOrder = AlertOrder.CLASS
    total: Annotated[bool, Field(description="Count all pages too; takes longer")] = False
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Limit = 100

    def make_question(self) -> AlertQuestion:
        return AlertQuestion(
            open=_SAID[self.open],
            classes=tuple(sorted(self.classes)),
            severities=tuple(sorted(colour.severity for colour in self.severity)),
            areas=tuple(sorted(self.area)),
            buildings=tuple(sorted(self.building)),
            zones=tuple(sorted(self.zone)),
            devices=tuple(sorted(self.device)),
            rules=tuple(sorted(self.rule)),
            incident=self.incident,
            verdicts=tuple(sorted(self.verdict)),
            condition=self.condition,
            acknowledged=_SAID[self.acknowledged],
            assigned=self.assigned,
            raised_from=self.raised_from,
            raised_to=self.raised_to,
            cleared_from=self.cleared_from,
            cleared_to=self.cleared_to,
            changed_from=self.changed_from,
            changed_to=self.changed_to,
            text=self.q,
            order=self.order,
        )


async def _written_of(request: Request) -> WrittenAlerts:
    written: WrittenAlerts = request.app.state.written_alerts
    return written


WrittenDep = Annotated[WrittenAlerts, Depends(_written_of)]


@router.get(
    "",
    response_model=AlertList,
    responses=show_example(examples.ALERTS)
    | describe_problems(400, 422, 503)
    | {304: {"description": "Unchanged"}},
)
async def get_alerts(
    request: Request,
    connections: ConnectionsDep,
    written: WrittenDep,
    parameters: Annotated[ListParameters, Query()],
) -> Response:
    """Open alerts unless told otherwise: by class, then the newest first, each alert on one page only.

    ETag and If-None-Match make an unchanged poll cheap; a 304 tells its freshness in the headers.
    """
    state = request.app.state
    asked = _read_asked(parameters)
    looked = await state.list_work.share(
        (asked, request.headers.get("if-none-match"), name_list(request.scope)),
        lambda: _look(request, connections, written, asked),
    )
    return _answer(looked)


@dataclass(frozen=True)
class Looked:
    """What a look at the tables found; `rest` is None when the client has it."""

    freshness: Freshness
    etag: str
    rest: bytes | None


def _read_asked(parameters: ListParameters) -> PageAsked:
    question = parameters.make_question()
    name = digest_question(question)
    after = decode_cursor(parameters.cursor, AlertKey, name) if parameters.cursor else None
    return PageAsked(question, after, parameters.limit, parameters.total)


async def _look(request: Request, connections: Lender, written: WrittenAlerts, asked: PageAsked) -> Looked:
    feed: ChangeFeed = request.app.state.change_feed
    memory: ListMemory = request.app.state.list_memory
    mark = feed.recent.mark()
    found = None
    async with connections.borrow() as connection, one_snapshot(connection):
        freshness = await read_freshness(connection)
        digest = digest_question(asked)
        etag = make_list_etag(freshness, digest)
        if not is_unchanged(request, etag):
            found = await find_alerts(connection, asked, written, freshness.version)
    remembered = RememberedList(freshness.change_id, freshness.version, mark, digest)
    name = name_list(request.scope)
    if found is not None:
        remembered = _add_alerts(remembered, asked, found, name[1])
    memory.keep(name, remembered)
    return Looked(freshness, etag, remembered.rest)


def _add_alerts(
    remembered: RememberedList, asked: PageAsked, found: FoundAlerts, buildings: frozenset[int] | None
) -> RememberedList:
    question = digest_question(asked.question)
    rest = write_rest(take_page(found, asked.limit), question)
    # How many there are of all, the page does not tell.
    belongs = None if asked.counted else make_membership(asked.question, found.names, buildings)
    kept = None if belongs is None else KeptList(asked, belongs, found)
    return replace(remembered, question=question, rest=rest, kept=kept)


def _answer(looked: Looked) -> Response:
    if looked.rest is None:
        return answer_unchanged(looked.freshness, looked.etag)
    body = write_head(looked.freshness) + looked.rest
    return Response(body, headers={**looked.freshness.headers, "ETag": looked.etag}, media_type=JSON)


@router.get(
    "/{alert_id}",
    response_model=AlertDetail,
    responses=show_example(examples.ALERT) | describe_problems(404, 422, 503),
)
async def get_alert(
    connections: ConnectionsDep, language: LanguageDep, alert_id: Annotated[AlertId, Path()]
) -> Response:
    """One alert with why it was raised, its history, the readings ten minutes around its raise, and related alerts.

    `account` tells it in Chinese or English, by Accept-Language; other texts are given in both. The ETag is its
    `change_id`; send it back as If-Match to act only on what you have seen.
    """
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        detail = await read_detail(connection, alert_id, language)
    return answer_json(detail, freshness, ETag=f'"{detail.change_id}"', **language.headers)
