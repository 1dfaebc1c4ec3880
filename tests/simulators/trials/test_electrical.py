"""The trial of the rules on circuits: how it counts, and a short one of each kind."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from rich.console import Console

from rules.changes import Change
from schemas.columns import Batch
from schemas.domain import Severity
from schemas.roster import Roster
from simulators.electrical.failures import FAILURES, SLOW, Failure
from simulators.trials.electrical import ElectricalScore, Town, Trial
from simulators.trials.electrical_report import print_electrical, render_json
from simulators.trials.electrical_score import Incident, compare, count_false, cover, match
from simulators.trials.electrical_stream import DAY_SECONDS, Raise

DAY = DAY_SECONDS
FAST = tuple(kind for kind in FAILURES if kind not in (Failure.NONE, *SLOW))


def told(rule: str, circuit: int, at: float, interval: tuple[float, float, float] | None = None) -> Raise:
    return Raise(rule, circuit, at, Severity.YELLOW, interval)


def incident(circuit: int, onset: float, breach: float, warned: float = np.inf) -> Incident:
    return Incident(circuit, onset, breach, warned, "residual_current_creep")


def test_an_incident_is_seen_by_the_first_word_of_its_rules_after_its_onset() -> None:
    raises = [
        told("residual_current_creep", 0, 5.0),
        told("voltage_high", 0, 15.0),
        told("residual_current_prealarm", 0, 30.0),
        told("residual_current_creep", 0, 20.0),
    ]
    onset, breach = np.array([10.0, 10.0]), np.array([100.0, 100.0])
    seen, unseen = match(Failure.CREEP, raises, onset, breach, np.array([0, 1]))
    assert (seen.warned, seen.rule_id) == (20.0, "residual_current_creep")
    assert np.isinf(unseen.warned)


def test_coverage_counts_forecasts_between_onset_and_breach_of_breaches_that_came() -> None:
    incidents = [incident(0, 10.0, 100.0), incident(1, 10.0, np.inf)]
    forecasts = [
        told("residual_current_creep", 0, 5.0, (0.0, 1.0, 2.0)),
        told("residual_current_creep", 0, 20.0, (110.0, 120.0, 130.0)),
        told("residual_current_creep", 0, 30.0, (90.0, 95.0, 120.0)),
        told("residual_current_creep", 0, 105.0, (105.0, 106.0, 107.0)),
        told("residual_current_creep", 1, 30.0, (90.0, 95.0, 120.0)),
    ]
    found = cover(forecasts, "residual_current_creep", incidents)
    assert (found.first_hits, found.first_count, found.hits, found.count) == (0, 1, 1, 2)


def test_a_fixed_limit_is_the_lowest_that_is_as_rarely_wrong() -> None:
    ordinary = np.full((1, 240), 100.0)
    ordinary[0, [50, 51, 130]] = 150.0, 150.0, 140.0
    failing = np.full((1, 240), 100.0)
    failing[0, 100:] = 100.0 + np.arange(140)
    incidents = [incident(0, 99 * 3600.0, 239 * 3600.0, 120 * 3600.0)]
    one = compare(ordinary, failing, incidents, 1, "mA")
    assert (one.limit, one.false) == (141.0, 1)
    # 141 mA are reached in the 142nd hour.
    assert one.gains.tolist() == [142 - 120]
    assert compare(ordinary, failing, incidents, 0, "mA").limit == 151.0


def test_only_what_is_above_blue_in_ordinary_operation_is_false() -> None:
    raises = [
        told("phase_loss", 3, 1.0),
        told("phase_loss", 1, 1.0),
        Raise("insulation_ageing", 3, 1.0, Severity.BLUE),
    ]
    assert count_false(raises, np.array([3])) == Counter({"phase_loss": 1})


@pytest.fixture(scope="module")
def fast() -> Trial:
    trial = Trial(Town(seeds=2, days=3, buildings=2, seed=4), FAST, 4, 3)
    trial.run(lambda _: None)
    return trial


@pytest.mark.parametrize("kind", FAST)
def test_what_fails_at_once_is_seen_within_the_hour(fast: Trial, kind: Failure) -> None:
    score = fast.score(kind, Counter())
    assert len(score.seen) == 2
    assert all(one.warned - one.onset <= 3600.0 for one in score.seen)


def test_ordinary_days_raise_nothing(fast: Trial) -> None:
    assert count_false(fast.seen.raises, fast.ordinary) == Counter()


class NoFastRules:
    """An engine that has none: what is left is what the slow rules say."""

    def adopt(self, roster: Roster) -> None:
        assert len(roster.sensors)

    def evaluate(self, batch: Batch, now: int) -> list[Change]:
        assert len(batch.readings)
        return []


@pytest.fixture(scope="module")
def slow() -> Trial:
    trial = Trial(Town(seeds=5, days=52, buildings=3, seed=4), SLOW, 6, 52)
    trial.run(lambda _: None, NoFastRules)
    return trial


def leads(incidents: Sequence[Incident]) -> list[float]:
    return [(one.breach - one.warned) / DAY for one in incidents if np.isfinite(one.breach)]


@pytest.mark.parametrize("kind", SLOW)
def test_what_fails_slowly_is_seen_days_before(slow: Trial, kind: Failure) -> None:
    score = slow.score(kind, count_false(slow.seen.raises, slow.ordinary))
    assert len(score.seen) == 5
    assert np.median(leads(score.seen)) > 3


def test_creep_is_seen_a_day_and_more_before_a_fixed_limit_sees_it_and_its_interval_mostly_holds(
    slow: Trial,
) -> None:
    score = slow.score(Failure.CREEP, Counter())
    assert score.fixed is not None
    assert np.median(score.fixed.gains) >= 24
    assert score.coverage is not None
    assert score.coverage.hits / score.coverage.count > 0.6


def test_two_months_of_ordinary_operation_raise_nothing_slow(slow: Trial) -> None:
    assert count_false(slow.seen.raises, slow.ordinary) == Counter()


def test_the_report_names_every_kind_and_is_valid_json(fast: Trial, slow: Trial) -> None:
    kinds = tuple(slow.score(kind, Counter()) for kind in SLOW) + tuple(
        fast.score(kind, Counter()) for kind in FAST
    )
    score = ElectricalScore(Town(), kinds, Counter({"phase_loss": 3}), 1000)
    console = Console(record=True, width=170, file=io.StringIO())
    print_electrical(score, console)
    text = console.export_text()
    assert all(kind.value in text for kind in FAILURES[1:])
    assert "phase_loss: 3" in text
    assert len(json.loads(render_json(score))["kinds"]) == len(FAILURES) - 1
