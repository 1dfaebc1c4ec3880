"""The risk of buildings and areas as it was last judged, with what it is made of."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from psycopg import sql
from pydantic import Field

from api.alert_models import Colour, Named, Shown, Words
from api.connections import Connection, fetch_all
from api.cursors import MAX_BIGINT, Key
from api.freshness import Answer
from api.moments import Moment
from schemas.hazards import TERMS, HazardKind
from schemas.risk import CHANGE_TEXTS, PART_TEXTS, RiskChange, RiskPart

# Rows are of the last hour judged, or of the one asked for.
SELECT_BUILDINGS = sql.SQL("""
SELECT r.at, r.building_id, b.code, b.name, g.code AS area_code, g.name AS area_name, r.score, r.colour, r.parts,
       r.figures, r.changes
FROM building_risk r JOIN buildings b USING (building_id) JOIN areas g USING (area_id)
WHERE r.at = (SELECT max(at) FROM building_risk WHERE at <= COALESCE(%(at)s, 'infinity'::timestamptz)) AND {conditions}
ORDER BY r.score DESC, r.building_id LIMIT %(limit)s""")
CONDITIONS = {
    "buildings": sql.SQL("b.code = ANY(%(buildings)s)"),
    "areas": sql.SQL("g.code = ANY(%(areas)s)"),
    "after": sql.SQL(
        "(r.score < %(score)s::real OR r.score = %(score)s::real AND r.building_id > %(building_id)s)"
    ),
    "worth": sql.SQL("jsonb_array_length(r.changes) > 0"),
}
SELECT_AREAS = """
SELECT r.at, g.code, g.name, g.level, p.code AS parent, r.score, r.colour, r.buildings, b.code AS worst_code,
       b.name AS worst_name
FROM area_risk r JOIN areas g USING (area_id) LEFT JOIN areas p ON p.area_id = g.parent_id
LEFT JOIN buildings b ON b.building_id = r.worst
WHERE r.at = (SELECT max(at) FROM area_risk WHERE at <= COALESCE(%(at)s, 'infinity'::timestamptz))
ORDER BY r.score DESC, r.area_id"""
SELECT_HAZARDS = """
SELECT b.code, h.kind, count(*) AS unmended, count(*) FILTER (WHERE h.due_at < clock_timestamp()) AS overdue
FROM hazards h JOIN buildings b USING (building_id)
WHERE h.closed_at IS NULL AND b.code = ANY(%(buildings)s) GROUP BY 1, 2 ORDER BY 1, 4 DESC, 3 DESC, 2"""
_FIGURE_OF = {
    RiskChange.END_ALERTS: "live_alerts",
    RiskChange.RESTORE_WATER: "water_alerts",
    RiskChange.BRING_BACK_DEVICES: "silent",
    RiskChange.REPAIR_DETECTORS: "faults",
    RiskChange.ENABLE_DEVICES: "disabled",
    RiskChange.MEND_OVERDUE: "overdue",
    RiskChange.MEND_HAZARDS: "hazards",
}


class ChangeColumns(TypedDict):
    """A change as the tables hold it."""

    change: str
    points: float


class RiskPoints(Shown):
    """One part of a score."""

    part: RiskPart
    text: Words
    points: float


class RiskRelief(Shown):
    """Something that can be done, and by how much the score would be lower for it."""

    change: RiskChange
    text: Words
    points: float


class BuildingRisk(Named):
    """The risk of one building, out of parts that add up to its score."""

    area: Named
    at: Moment = Field(description="The hour that was judged")
    score: float = Field(ge=0, le=100)
    colour: Colour
    parts: tuple[RiskPoints, ...] = Field(description="The largest first")
    changes: tuple[RiskRelief, ...] = Field(description="The three that would lower the score most")


class BuildingRiskList(Answer):
    buildings: tuple[BuildingRisk, ...] = Field(description="The highest score first")
    next: str | None = Field(description="Cursor of the next page; null on the last")


class AreaRisk(Named):
    """The risk of an area: the mean of its worst tenth of buildings, those of areas below it among them."""

    at: Moment
    level: str
    parent: str | None
    score: float
    colour: Colour
    buildings: int
    worst: Named | None


class AreaRiskList(Answer):
    areas: tuple[AreaRisk, ...]


class InspectNext(BuildingRisk):
    """A building to go to, with what is to be looked at there."""

    rank: int
    reasons: tuple[Words, ...]


class InspectNextList(Answer):
    buildings: tuple[InspectNext, ...]


class RiskKey(Key):
    score: float
    building_id: int = Field(ge=1, le=MAX_BIGINT)


class _Row(Shown):
    building_id: int
    shown: BuildingRisk


async def list_buildings(
    connection: Connection,
    *,
    buildings: tuple[str, ...],
    areas: tuple[str, ...],
    at: datetime | None,
    after: RiskKey | None,
    limit: int,
) -> tuple[list[BuildingRisk], RiskKey | None]:
    """A page of buildings by falling score, and its last key when there are more."""
    asked = {"buildings": bool(buildings), "areas": bool(areas), "after": after is not None}
    params = {"buildings": list(buildings), "areas": list(areas), "at": at, "limit": limit + 1}
    rows = await _fetch(connection, asked, params | (after.model_dump(exclude={"question"}) if after else {}))
    page = [row.shown for row in rows[:limit]]
    if len(rows) <= limit:
        return page, None
    return page, RiskKey(score=page[-1].score, building_id=rows[limit - 1].building_id)


async def list_areas(connection: Connection, at: datetime | None) -> list[AreaRisk]:
    """Every area with buildings, by falling score."""
    return await fetch_all(connection, SELECT_AREAS, {"at": at}, _make_area)


async def list_inspections(connection: Connection, limit: int) -> list[InspectNext]:
    """Where to go next: the buildings where doing what can be done lowers the risk most, worst first."""
    rows = await _fetch(connection, {"worth": True}, {"at": None, "limit": limit})
    codes = [row.shown.code for row in rows]
    hazards: dict[str, list[Words]] = {}
    for code, words in await fetch_all(connection, SELECT_HAZARDS, {"buildings": codes}, _describe_hazards):
        hazards.setdefault(code, []).append(words)
    return [
        InspectNext(
            rank=rank,
            reasons=(*(change.text for change in row.shown.changes), *hazards.get(row.shown.code, ())),
            **dict(row.shown),
        )
        for rank, row in enumerate(rows, 1)
    ]


async def _fetch(connection: Connection, asked: dict[str, bool], params: dict[str, object]) -> list[_Row]:
    wanted = [CONDITIONS[name] for name, is_asked in asked.items() if is_asked] or [sql.SQL("true")]
    query = SELECT_BUILDINGS.format(conditions=sql.SQL(" AND ").join(wanted))
    return await fetch_all(connection, query, params, _make_row)


def _make_row(
    *,
    at: datetime,
    building_id: int,
    code: str,
    name: str,
    area_code: str,
    area_name: str,
    score: float,
    colour: int,
    parts: dict[str, float],
    figures: dict[str, float],
    changes: list[ChangeColumns],
) -> _Row:
    points = sorted(((RiskPart(part), count) for part, count in parts.items()), key=lambda one: -one[1])
    shown = BuildingRisk(
        code=code,
        name=name,
        area=Named(code=area_code, name=area_name),
        at=at,
        score=score,
        colour=Colour.of(colour),
        parts=tuple(
            RiskPoints(
                part=part, text=Words(zh=PART_TEXTS[part].zh, en=PART_TEXTS[part].en), points=round(count, 3)
            )
            for part, count in points
        ),
        changes=tuple(_show_change(one, figures) for one in changes),
    )
    return _Row(building_id=building_id, shown=shown)


def _show_change(change: ChangeColumns, figures: dict[str, float]) -> RiskRelief:
    kind = RiskChange(change["change"])
    figure = f"{figures.get(_FIGURE_OF[kind], 0):g}"
    text = CHANGE_TEXTS[kind]
    words = Words(zh=text.zh.format(figure=figure), en=text.en.format(figure=figure))
    return RiskRelief(change=kind, text=words, points=change["points"])


def _make_area(*, colour: int, worst_code: str | None, worst_name: str | None, **columns: object) -> AreaRisk:
    worst = Named(code=worst_code, name=worst_name or "") if worst_code is not None else None
    return AreaRisk.model_validate({**columns, "colour": Colour.of(colour), "worst": worst})


def _describe_hazards(*, code: str, kind: str, unmended: int, overdue: int) -> tuple[str, Words]:
    terms = TERMS[HazardKind(kind)]
    late_zh, late_en = (f",逾期{overdue}项", f", {overdue} overdue") if overdue else ("", "")
    return code, Words(
        zh=f"{terms.title_zh}:{unmended}项{late_zh}", en=f"{terms.title_en}: {unmended}{late_en}"
    )
