"""Stopped and started again wherever it may be, the engine says what one that never stopped says."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.restore import LOOK_BACK_US
from rules.catalogue import CATALOGUE, HEALTH_RULES
from rules.changes import Change, ChangeKind, KnownCondition
from rules.engine import Engine
from rules.parameters import Parameters
from schemas.columns import Batch
from tests.rules.estate import make_estate
from tests.rules.streams import streams
from tests.rules.test_laws import feed

# How often a condition came and went is in no snapshot: after a restart its ends are told again until it has come and
# gone as often once more. Neither is what health rules count: readings that cannot be true, minutes that had too many
# messages, clocks that stand still beside ours, detectors that see nothing where others do.
UNSTEADY = Parameters.built_in(CATALOGUE).set_everywhere({("device_chatter", "changes"): 1000.0})
LEFT_OUT = frozenset(rule.id for rule in HEALTH_RULES)
SITE = 0

Key = tuple[str, str, int]


def make_engine() -> Engine:
    engine = Engine(UNSTEADY)
    engine.adopt(make_estate())
    return engine


@dataclass
class Service:
    """An engine, what the tables would hold beside it, and the newest snapshot; `told` is all it ever said."""

    engine: Engine = field(default_factory=make_engine)
    told: list[Change] = field(default_factory=list)
    conditions: dict[Key, KnownCondition] = field(default_factory=dict)
    snapshot: bytes | None = None

    def judge(self, readings: NDArray[np.void], now: int) -> None:
        for change in self.engine.evaluate(Batch(readings), now):
            self.told.append(change)
            self._note(change)

    def write_down(self) -> None:
        self.snapshot = self.engine.snapshot(SITE)

    def start_again(self, stored: NDArray[np.void]) -> None:
        """As the ingest process does: conditions, snapshot, and the readings since some time before it."""
        if self.snapshot is None:
            return
        self.engine = make_engine()
        self.engine.restore(self.conditions.values())
        upto = self.engine.restore_snapshot(SITE, self.snapshot)
        recent = stored[stored["observed_at"] > upto - LOOK_BACK_US]
        assert self.engine.rebuild(recent[np.argsort(recent["received_at"], kind="stable")]) == []

    def _note(self, change: Change) -> None:
        """The time of a condition is that of its beginning, or of its end; its colour is the newest."""
        subject, active = change.subject, change.kind is not ChangeKind.CLEAR
        key = change.rule.id, subject.kind.value, subject.id
        at = self.conditions[key].at if change.kind is ChangeKind.SEVERITY else change.at
        self.conditions[key] = KnownCondition(
            change.rule.id, subject.kind, subject.id, active, at, change.severity
        )


def keep_one_of_each_moment(readings: NDArray[np.void]) -> NDArray[np.void]:
    """A sensor's first reading of a moment is stored, and no other."""
    _, first = np.unique(readings[["slot", "observed_at"]], return_index=True)
    return readings[np.sort(first)]


def tell(changes: list[Change]) -> list[tuple[object, ...]]:
    """What is said of each; windows that were filled again are summed in another order, so figures to nine digits."""
    return [
        (
            c.kind,
            c.rule.id,
            c.subject,
            c.at,
            c.severity,
            c.late,
            _round(c.value),
            _round(c.limit),
            str(c.parts),
        )
        for c in changes
        if c.rule.id not in LEFT_OUT
    ]


def _round(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 9)


@settings(max_examples=40, deadline=None)
@given(
    streams(),
    st.lists(
        st.tuples(st.integers(0, 10_000), st.sampled_from(["write down", "write down and stop", "stop"])),
        min_size=1,
        max_size=6,
    ),
)
def test_stopped_and_started_anywhere_it_says_what_one_that_never_stopped_says(
    readings: NDArray[np.void], acts: list[tuple[int, str]]
) -> None:
    readings = keep_one_of_each_moment(readings)
    steady = feed(make_engine(), readings, [])
    service, begin = Service(), 0
    for place, act in sorted((number % (len(readings) + 1), act) for number, act in acts):
        end = (
            int(np.searchsorted(readings["received_at"], readings["received_at"][place - 1], "right"))
            if place
            else 0
        )
        if begin < end:
            service.judge(readings[begin:end], int(readings["received_at"][end - 1]))
            begin = end
        if act != "stop" and end:
            service.write_down()
        if act != "write down":
            service.start_again(readings[:end])
    if begin < len(readings):
        service.judge(readings[begin:], int(readings["received_at"][-1]))
    assert tell(service.told) == tell(steady)
