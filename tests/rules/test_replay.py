"""A replay gives the same episodes however the stream is cut, and counts nobody silent while nobody listened."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine import Engine
from rules.replay import Piece, Replayed, replay
from rules.replay_comparison import KnownAlert, compare
from schemas.columns import MICROSECONDS, DeviceEvent
from schemas.domain import DeviceEventKind, Quantity, Severity
from tests.rules.conftest import START, make_readings, make_roster

FIRE = DeviceEvent(
    0, None, START + 45 * MICROSECONDS, START + 45 * MICROSECONDS, DeviceEventKind.FIRE, True, None, None, 0
)
STREAM = make_readings(
    (quantity, 10.0 * k, value)
    for k in range(30)
    for quantity, value in ((Quantity.FLOW, 2.0 if 5 < k < 20 else 0.0), (Quantity.SMOKE, 0.02))
)


def run(pieces: Iterable[Piece]) -> Replayed:
    return replay(Engine(), make_roster(), pieces, START + 300 * MICROSECONDS)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_the_cut_of_a_stream_changes_nothing(places: list[int]) -> None:
    once, cut_up = run([Piece(STREAM)]), run(Piece(part) for part in np.split(STREAM, sorted(places)))
    assert once == cut_up
    assert "sprinkler_water_flow" in {episode.rule_id for episode in once.episodes}


def test_an_event_takes_its_place_among_the_readings() -> None:
    declared = next(
        episode
        for episode in run([Piece(STREAM, (FIRE,))]).episodes
        if episode.rule_id == "detector_fire_state"
    )
    assert declared.raised_at == FIRE.observed_at


def test_nobody_is_silent_while_nobody_was_heard() -> None:
    later = STREAM.copy()
    later["observed_at"] += 3600 * MICROSECONDS
    later["received_at"] += 3600 * MICROSECONDS
    whole = replay(Engine(), make_roster(), [Piece(STREAM), Piece(later)])
    silent = {episode.subject_id for episode in whole.episodes if episode.rule_id == "device_silent"}
    heard = {100, 103}
    assert not silent & heard


def test_episodes_and_alerts_are_the_same_new_missing_or_of_another_colour() -> None:
    (flow,) = [
        episode for episode in run([Piece(STREAM)]).episodes if episode.rule_id == "sprinkler_water_flow"
    ]
    alert = KnownAlert(flow.key, flow.raised_at, None, flow.severity)
    found = compare([flow], [alert], START)
    assert (found.same, found.new, found.missing, found.other_colour) == ([alert], [], [], [])
    assert compare([flow], [], START).new == [flow]
    assert compare([], [alert], START).missing == [alert]
    assert compare([], [alert], flow.raised_at + 1).missing == []
    redder = KnownAlert(flow.key, flow.raised_at, None, Severity.RED)
    assert compare([flow], [redder], START).other_colour == [(redder, flow.severity)]
    closed = KnownAlert(flow.key, START - MICROSECONDS, flow.raised_at - 1, flow.severity)
    assert compare([flow], [closed], START).new == [flow]
