"""Laws that hold for every stream."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rules.changes import Change, ChangeKind
from rules.engine import Engine
from rules.evidence import SCALE
from rules.likelihood import LONE_MOST, Likelihood, lend
from schemas.columns import MICROSECONDS, NEVER, READING, Batch, DeviceEvent
from schemas.domain import DeviceEventKind, Quality, Quantity
from schemas.zone_links import derive_links
from tests.rules.conftest import START
from tests.rules.estate import CHANNELS, DEVICES, make_estate
from tests.rules.streams import LEAST, VALUES, streams

FIRE_QUANTITIES = (Quantity.SMOKE, Quantity.TEMPERATURE, Quantity.CO)
FIRE_SLOTS = [slot for slot, (_, quantity) in enumerate(CHANNELS) if quantity in FIRE_QUANTITIES]


def make_engine() -> Engine:
    engine = Engine()
    engine.adopt(make_estate())
    return engine


def feed(engine: Engine, readings: NDArray[np.void], cuts: list[int]) -> list[Change]:
    """Give the engine a stream in batches that end at `cuts`; now is when the last reading so far was received."""
    edges = [0, *sorted(cut % (len(readings) + 1) for cut in cuts), len(readings)]
    changes: list[Change] = []
    for a, b in pairwise(edges):
        if a < b:
            changes += engine.evaluate(Batch(readings[a:b]), int(readings["received_at"][:b].max()))
    return changes


def by_condition(changes: list[Change]) -> dict[tuple[str, str, int], list[Change]]:
    found: dict[tuple[str, str, int], list[Change]] = {}
    for change in changes:
        found.setdefault((change.rule.id, change.subject.kind, change.subject.id), []).append(change)
    return found


def tell(changes: list[Change]) -> list[tuple[object, ...]]:
    """Everything that is said of each; figures as text, since one that is not known differs from itself."""
    return [
        (c.kind, c.rule.id, c.subject, c.at, c.severity, c.late, str((c.value, c.limit, c.parts)), c.scope_id)
        for c in changes
    ]


def _tell_by_condition(changes: list[Change]) -> dict[tuple[str, str, int], list[tuple[object, ...]]]:
    return {condition: tell(of_it) for condition, of_it in by_condition(changes).items()}


cuts = st.lists(st.integers(0, 10_000), max_size=8)


@settings(max_examples=25, deadline=None)
@given(streams(), cuts)
def test_the_same_readings_cut_into_other_batches_give_the_same_changes(
    readings: NDArray[np.void], cuts: list[int]
) -> None:
    whole, cut = feed(make_engine(), readings, []), feed(make_engine(), readings, cuts)
    # Within ten seconds, what the readings say of themselves is told before what they say of a fire.
    assert _tell_by_condition(cut) == _tell_by_condition(whole)


@st.composite
def declarations(draw: st.DrawFn) -> list[DeviceEvent]:
    """What devices declare, in the order of its receipt, some of it late or repeated."""
    events = []
    clock = START
    for _ in range(draw(st.integers(1, 30))):
        clock += draw(st.sampled_from((0, 1, 9, 61, 700))) * MICROSECONDS
        observed = clock - draw(st.sampled_from((0, 0, 0, 30, 1000))) * MICROSECONDS
        kind = draw(
            st.sampled_from((DeviceEventKind.FIRE, DeviceEventKind.MANUAL_ALARM, DeviceEventKind.FAULT))
        )
        device = draw(st.integers(0, len(DEVICES) - 1))
        active = draw(st.booleans())
        events.append(DeviceEvent(device, None, observed, clock, kind, active, None, None, 0))
    return events


@settings(max_examples=40, deadline=None)
@given(declarations(), cuts)
def test_the_same_declarations_cut_into_other_batches_give_the_same_changes(
    events: list[DeviceEvent], cuts: list[int]
) -> None:
    found = []
    for ends in ([], cuts):
        engine = make_engine()
        edges = [0, *sorted(cut % (len(events) + 1) for cut in ends), len(events)]
        found.append(
            [
                change
                for a, b in pairwise(edges)
                if a < b
                for change in engine.evaluate(
                    Batch(np.empty(0, READING), tuple(events[a:b])), events[b - 1].received_at
                )
            ]
        )
    assert tell(found[0]) == tell(found[1])


@settings(max_examples=25, deadline=None)
@given(streams())
def test_no_rule_raises_twice_without_clearing_nor_clears_what_is_not_raised(
    readings: NDArray[np.void],
) -> None:
    for changes in by_condition(feed(make_engine(), readings, [])).values():
        kinds = [change.kind for change in changes if change.kind is not ChangeKind.SEVERITY]
        assert kinds[0] is ChangeKind.RAISE
        assert changes[0].kind is ChangeKind.RAISE
        assert all(a is not b for a, b in pairwise(kinds))
        # A change of colour is one, and of something that is active.
        for before, after in pairwise(changes):
            if after.kind is ChangeKind.SEVERITY:
                assert before.kind is not ChangeKind.CLEAR
                assert before.severity is not after.severity


@settings(max_examples=25, deadline=None)
@given(streams(), st.sampled_from(range(len(CHANNELS))), st.integers(1, 5000))
def test_late_normal_readings_never_clear_anything(
    readings: NDArray[np.void], slot: int, earlier: int
) -> None:
    """However many come, late as they are: whatever is active stays so, and comes to no other end."""
    engine = make_engine()
    feed(engine, readings, [])
    quiet = VALUES[CHANNELS[slot][1]][0]
    newest = engine._judging.slow["newest"][slot]
    late = np.zeros(0 if newest == NEVER else 40, READING)
    late["slot"], late["value"], late["quality"] = slot, quiet, Quality.GOOD
    late["observed_at"] = newest - (earlier + 10 * np.arange(len(late))[::-1]) * MICROSECONDS
    # No time passes, so that nothing ends of itself.
    late["received_at"] = readings["received_at"].max(initial=START)
    assert [change for change in feed(engine, late, []) if change.kind is ChangeKind.CLEAR] == []


@settings(max_examples=40, deadline=None)
@given(streams(), st.sampled_from(FIRE_SLOTS), st.data())
def test_a_higher_newest_value_never_lowers_the_points_of_any_zone(
    readings: NDArray[np.void], slot: int, data: st.DataObject
) -> None:
    quantity = CHANNELS[slot][1]
    values = st.floats(LEAST[quantity], 2 * VALUES[quantity][-1])
    low, high = sorted((data.draw(values), data.draw(values)))
    after = data.draw(st.sampled_from((2, 10, 60, 400)))
    totals = []
    for value in (low, high):
        engine = make_engine()
        feed(engine, readings, [])
        last = np.zeros(1, READING)
        newest = int(engine._judging.slow["newest"][slot])
        at = (newest if newest != NEVER else START) + after * MICROSECONDS
        last["slot"], last["value"], last["observed_at"] = slot, value, at
        last["received_at"] = max(at, int(readings["received_at"].max(initial=START)))
        feed(engine, last, [])
        totals.append([engine._likelihood.total(zone).points for zone in range(5)])
    assert all(a <= b for a, b in zip(*totals, strict=True))


@given(
    st.lists(st.integers(0, 10 * SCALE), min_size=len(FIRE_SLOTS), max_size=len(FIRE_SLOTS)),
    st.integers(0, len(FIRE_SLOTS) - 1),
    st.integers(1, 5 * SCALE),
)
def test_more_points_of_one_sensor_never_lower_any_total(points: list[int], which: int, more: int) -> None:
    raised = [*points[:which], points[which] + more, *points[which + 1 :]]
    totals = []
    for shown in (points, raised):
        roster = make_estate()
        likelihood = Likelihood()
        zone_of = roster.devices["zone_slot"][roster.sensors["device_slot"]]
        likelihood.adopt(roster.sensors["quantity"], zone_of, roster.zones["use"], derive_links(roster.zones))
        for slot, count in zip(FIRE_SLOTS, shown, strict=True):
            likelihood.take(slot, count, count / SCALE)
        totals.append([likelihood.total(zone).points for zone in range(5)])
    assert all(a <= b for a, b in zip(*totals, strict=True))


@given(st.integers(0, 40 * SCALE), st.sampled_from((1.0, 0.9, 0.5)))
def test_who_has_more_lends_no_less(own: int, weight: float) -> None:
    assert lend(own, weight) <= lend(own + 1, weight)
    assert lend(LONE_MOST, weight) == 0
