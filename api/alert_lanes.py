"""Along which index the alerts that are asked for are read.

```
device 7 ──▶ newest first ──┐
device 8 ──▶ newest first ──┼─▶ the first of all of them, in order ─▶ their rows
device 9 ──▶ newest first ──┘
```
A lane is what one value of an indexed column leads to: alerts in the order of lists. From each lane at most a page is
read, so that a page costs as many rows as there are lanes times its length, however many alerts there are. The database
by itself would gather all alerts of a device and sort them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psycopg import sql

from api.alert_names import Names
from api.alert_question import NO_CONDITION, AlertOrder, AlertQuestion
from schemas.domain import SignalClass

# So many lanes take as long as walking past everything else; what has more is common, and soon met on the way.
MOST_LANES = 600

URGENCIES = {kind.value: len(SignalClass) - place for place, kind in enumerate(SignalClass)}
"""As the column of that name has them."""
ORDERS = {
    AlertOrder.CLASS: sql.SQL("a.urgency DESC, a.raised_at DESC, a.alert_id DESC"),
    AlertOrder.NEWEST: sql.SQL("a.raised_at DESC, a.alert_id DESC"),
}
FOLLOWING = {
    AlertOrder.CLASS: sql.SQL(
        "(a.urgency, a.raised_at, a.alert_id) < (%(key_urgency)s, %(key_raised_at)s, %(key_id)s)"
    ),
    AlertOrder.NEWEST: sql.SQL("(a.raised_at, a.alert_id) < (%(key_raised_at)s, %(key_id)s)"),
}
LANE = sql.SQL("""
SELECT k.* FROM {sources} CROSS JOIN LATERAL (
    SELECT a.alert_id, a.change_id, a.urgency, a.raised_at FROM alerts a
    WHERE {equalities} AND {conditions} ORDER BY {order} LIMIT %(limit)s) k""")
WALK = sql.SQL("""
SELECT a.alert_id, a.change_id, a.urgency, a.raised_at FROM alerts a
WHERE {conditions} ORDER BY {order} LIMIT %(limit)s""")
MERGE = sql.SQL("SELECT a.* FROM ({lanes}) a ORDER BY {order} LIMIT %(limit)s")
UNION = sql.SQL(" UNION ")
VALUES = sql.SQL("unnest(%({param})s{kind}) AS lane (value)")
STEPS = sql.SQL("unnest(%(urgencies)s::smallint[]) AS step (urgency)")
OF_STEP = sql.SQL("a.urgency = step.urgency")
OF_LANE = sql.SQL("a.{column} = lane.value")

INTEGERS, TEXTS = sql.SQL("::integer[]"), sql.SQL("::text[]")


@dataclass(frozen=True)
class LaneColumn:
    """An indexed column, the parameter with its values, and how many they are."""

    column: str
    param: str
    kind: sql.SQL
    count: int


def select_keys(question: AlertQuestion, names: Names, conditions: sql.Composed) -> sql.Composed:
    """The query for the keys of a page: ``alert_id, change_id, urgency, raised_at``, in order."""
    order = ORDERS[question.order]
    columns = _choose_columns(question, names)
    steps = _takes_steps(question, bool(columns))
    width = len(question.classes or SignalClass) if steps else 1
    if (not steps and not columns) or sum(column.count for column in columns) * width > MOST_LANES:
        return WALK.format(conditions=conditions, order=order)
    parts = columns or (None,)
    lanes = UNION.join([_select_lane(column, steps, conditions, order) for column in parts])
    return MERGE.format(lanes=lanes, order=order)


def _choose_columns(question: AlertQuestion, names: Names) -> Sequence[LaneColumn]:
    """What leads to the fewest alerts, as far as one can know."""
    if question.open:
        # There are never many open ones, and they have an index of their own.
        return ()
    places, meant = names.places, names.meant
    rulings = [verdict for verdict in question.verdicts if verdict != "none"]
    choices: Iterable[tuple[bool, tuple[LaneColumn, ...]]] = (
        (bool(question.devices), (LaneColumn("device_id", "device_ids", INTEGERS, len(places.device_ids)),)),
        (bool(question.zones), (LaneColumn("zone_id", "zone_ids", INTEGERS, len(places.zone_ids)),)),
        (bool(question.buildings), (LaneColumn("building_id", "building_ids", INTEGERS, len(places.building_ids)),)),
        (bool(question.text), (
            LaneColumn("rule", "text_rules", TEXTS, len(meant.text_rules)),
            LaneColumn("building_id", "text_buildings", INTEGERS, len(meant.text_buildings)),
            LaneColumn("zone_id", "text_zones", INTEGERS, len(meant.text_zones)),
            LaneColumn("device_id", "text_devices", INTEGERS, len(meant.text_devices)),
            LaneColumn("acknowledged_by", "text_people", TEXTS, len(meant.text_people)),
            LaneColumn("assigned_to", "text_people", TEXTS, len(meant.text_people)),
            LaneColumn("verdict_by", "text_people", TEXTS, len(meant.text_people)),
            LaneColumn("alert_id", "text_alerts", sql.SQL("::bigint[]"), len(names.alerts)),
        )),
        (question.assigned is not None, (LaneColumn("assigned_to", "assigned_names", TEXTS, 1),)),
        (bool(rulings) and len(rulings) == len(question.verdicts),
         (LaneColumn("verdict", "verdicts", TEXTS, len(rulings)),)),
        (bool(question.areas),
         (LaneColumn("building_id", "area_building_ids", INTEGERS, len(places.area_building_ids)),)),
        (bool(question.rules), (LaneColumn("rule", "rules", TEXTS, len(question.rules)),)),
        (bool(question.severities),
         (LaneColumn("severity", "severities", sql.SQL("::smallint[]"), len(question.severities)),)),
    )  # fmt: skip
    return next((columns for is_asked, columns in choices if is_asked), ())


def _takes_steps(question: AlertQuestion, has_columns: bool) -> bool:
    """Whether each class is a lane of its own: within one the order is that of time, and a span is one piece."""
    if question.open:
        return False
    by_time = question.order is AlertOrder.NEWEST
    spans = question.raised_from is not None or question.raised_to is not None
    return bool(question.classes) or (by_time and has_columns) or (spans and not by_time)


def _select_lane(
    column: LaneColumn | None, steps: bool, conditions: sql.Composable, order: sql.SQL
) -> sql.Composed:
    sources: list[sql.Composable] = []
    equalities: list[sql.Composable] = []
    if column is not None:
        sources.append(VALUES.format(param=sql.SQL(column.param), kind=column.kind))
        equalities.append(OF_LANE.format(column=sql.Identifier(column.column)))
    if steps:
        sources.append(STEPS)
        equalities.append(OF_STEP)
    return LANE.format(
        sources=sql.SQL(" CROSS JOIN ").join(sources),
        equalities=sql.SQL(" AND ").join(equalities or [NO_CONDITION]),
        conditions=conditions,
        order=order,
    )
