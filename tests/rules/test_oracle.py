"""The engine over columns and the rules written reading by reading find the same, on streams of every kind."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rules.catalogue import CATALOGUE, HEALTH_RULES
from rules.changes import Change
from rules.engine import Engine
from rules.parameters import Parameters
from schemas.columns import Batch
from schemas.domain import SubjectKind
from simulators.benchmarks.plain.changes import PlainChange
from simulators.benchmarks.plain.engine import PlainEngine
from tests.rules.estate import make_estate
from tests.rules.streams import streams

# The plain rules do not know of ends that are withheld from what comes and goes.
UNSTEADY = Parameters.built_in(CATALOGUE).set_everywhere({("device_chatter", "changes"): 1000.0})
FIRST_ID = {SubjectKind.SENSOR: 1000, SubjectKind.ZONE: 10, SubjectKind.BUILDING: 1}


def evaluate(readings: NDArray[np.void], cuts: list[int]) -> list[PlainChange]:
    """What the engine says of the stream in batches that end at `cuts`, in the words of the plain one."""
    engine = Engine(UNSTEADY)
    engine.adopt(make_estate())
    edges = [0, *sorted(cut % (len(readings) + 1) for cut in cuts), len(readings)]
    changes: list[Change] = []
    for a, b in pairwise(edges):
        if a < b:
            batch = readings[a:b]
            changes += engine.evaluate(Batch(batch), int(readings["received_at"][:b].max()))
    # Whether a reading can be true, or a device is well, is no question to the plain rules.
    return [in_plain_words(change) for change in changes if change.rule not in HEALTH_RULES]


def in_plain_words(change: Change) -> PlainChange:
    kind = change.subject.kind
    slot = change.subject.id - FIRST_ID[kind]
    figures = change.value, change.limit if kind is SubjectKind.SENSOR else None
    return PlainChange(
        change.kind, change.rule.id, kind, slot, change.at, change.severity, change.late, *figures
    )


def evaluate_plainly(readings: NDArray[np.void]) -> list[PlainChange]:
    names = ["slot", "observed_at", "received_at", "value", "quality"]
    return PlainEngine(make_estate()).evaluate(readings[names].tolist())


def are_alike(ours: PlainChange, theirs: PlainChange) -> bool:
    figures = zip((ours.value, ours.limit), (theirs.value, theirs.limit), strict=True)
    return all(
        a is b is None or (a is not None and b is not None and math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9))
        for a, b in figures
    )


def without_figures(change: PlainChange) -> tuple[object, ...]:
    return (
        change.kind, change.rule_id, change.subject_kind, change.slot, change.at, change.severity, change.late,
    )  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(streams(), st.lists(st.integers(0, 10_000), max_size=6))
def test_the_engine_finds_what_the_plain_rules_find(readings: NDArray[np.void], cuts: list[int]) -> None:
    ours, theirs = evaluate(readings, cuts), evaluate_plainly(readings)
    assert [without_figures(change) for change in ours] == [without_figures(change) for change in theirs]
    assert [pair for pair in zip(ours, theirs, strict=True) if not are_alike(*pair)] == []
