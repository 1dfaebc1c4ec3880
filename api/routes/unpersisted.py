"""``/v1/alerts/unpersisted``: alerts heard of while the database is away, out of memory alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from starlette.responses import Response

from api.access import AccessDep
from api.alert_models import Colour, Named, Shown, Words, Zone
from api.answers import JSON
from api.examples import alerts as examples
from api.examples import show_example
from api.moments import Moment
from api.names import Names
from api.notice_board import Held, NoticeBoard
from api.notice_listener import NoticeListener
from schemas.domain import Condition, SignalClass, SubjectKind
from schemas.messages import AlertNotice

router = APIRouter(prefix="/v1/alerts/unpersisted", tags=["alerts"])

MOST_SHOWN = 1000
CLASS_ORDER = tuple(SignalClass)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UnpersistedPlace(Shown):
    """As much as the codes of a notice tell; names are codes until they have been read once."""

    area: Named | None
    building: Named
    floor: int | None
    zone: Zone | None
    device: Named | None


class UnpersistedAlert(Shown):
    """An alert that is judged and not stored: it has no number, and nobody can act on it yet."""

    rule: str
    title: Words
    signal_class: SignalClass = Field(alias="class")
    severity: Colour
    subject: SubjectKind
    subject_id: int
    building: str
    zone: str | None
    device: str | None
    at: Moment = Field(description="Event time of the raise; of the clearing when the raise is stored")
    changed_at: Moment = Field(description="Event time of the newest change")
    condition: Condition
    latching: bool
    late: bool
    value: float | None
    limit: float | None
    unit: str | None
    where: UnpersistedPlace
    advice: Words


class UnpersistedList(Shown):
    """The most urgent come first, at most 1,000 of them; `total` says how many there are."""

    as_of: Moment
    heard: bool = Field(description="Whether the broker tells us; if not, there may be more than we know of")
    total: int
    dropped: int = Field(description="Alerts let go for want of room since this process began")
    malformed: int = Field(description="Notices not understood since this process began")
    alerts: tuple[UnpersistedAlert, ...]


async def _board_of(request: Request) -> NoticeBoard:
    board: NoticeBoard = request.app.state.notice_board
    return board


async def _listener_of(request: Request) -> NoticeListener:
    listener: NoticeListener = request.app.state.notice_listener
    return listener


async def _names_of(request: Request) -> Names:
    names: Names = request.app.state.names
    return names


@router.get("", response_model=UnpersistedList, responses=show_example(examples.UNPERSISTED))
async def get_unpersisted(
    access: AccessDep,
    board: Annotated[NoticeBoard, Depends(_board_of)],
    listener: Annotated[NoticeListener, Depends(_listener_of)],
    names: Annotated[Names, Depends(_names_of)],
) -> Response:
    """Alerts that are not in the tables yet. Answers while the database is down; empty when it is well."""
    held = sorted((one for one in board.list_held() if access.sees(one.notice.building)), key=_urgency)
    body = UnpersistedList(
        as_of=datetime.now(UTC),
        heard=listener.heard,
        total=len(held),
        dropped=board.dropped,
        malformed=board.malformed,
        alerts=tuple(_show(one, names) for one in held[:MOST_SHOWN]),
    )
    return Response(
        body.model_dump_json(by_alias=True), headers={"Cache-Control": "no-store"}, media_type=JSON
    )


def _urgency(held: Held) -> tuple[int, int]:
    """Class, then the newest, as in the list of alerts."""
    return CLASS_ORDER.index(held.notice.signal_class), -held.notice.at


def _show(held: Held, names: Names) -> UnpersistedAlert:
    notice = held.notice
    known = names.rules.get(notice.rule)
    return UnpersistedAlert(
        rule=notice.rule,
        title=known.title if known else Words(zh=notice.rule, en=notice.rule),
        signal_class=notice.signal_class,
        severity=Colour.of(notice.severity),
        subject=notice.subject_kind,
        subject_id=notice.subject_id,
        building=notice.building,
        zone=notice.zone,
        device=notice.device,
        at=_moment(notice.at),
        changed_at=_moment(held.changed_at),
        condition=held.condition,
        latching=notice.latching,
        late=notice.late,
        value=notice.value,
        limit=notice.limit,
        unit=notice.unit,
        where=_show_place(notice, names),
        advice=known.advice if known else Words(zh="", en=""),
    )


def _show_place(notice: AlertNotice, names: Names) -> UnpersistedPlace:
    registry = names.registry
    building = registry.buildings.get(notice.building)
    device = registry.devices.get((notice.building, notice.device)) if notice.device else None
    zone = registry.zones.get((notice.building, notice.zone)) if notice.zone else None
    return UnpersistedPlace(
        area=Named(code=building.area_code, name=building.area_name) if building else None,
        building=Named(code=notice.building, name=building.name if building else notice.building),
        floor=zone.floor if zone else None,
        zone=Zone(code=zone.code, name=zone.name, use=zone.use) if zone else None,
        device=Named(code=notice.device, name=device.name if device else notice.device)
        if notice.device
        else None,
    )


def _moment(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)
