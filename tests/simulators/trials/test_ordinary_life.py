"""Trials over make-believe streams: both watchers see the same, and each cry has its culprit."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rules.engine import Engine
from schemas.domain import Severity, SignalClass
from simulators.buildings import build_city
from simulators.life.bursts import BURST
from simulators.life.habits import NUISANCES, Nuisance
from simulators.life.living import BEGINS_US, Chunk, OrdinaryLife
from simulators.premises import BUILDING_ID_BASE, DEVICE_ID_BASE
from simulators.samples import Samples
from simulators.trials.alerts import Alert
from simulators.trials.culprits import NOBODY, Culprits
from simulators.trials.laid_fires import score_laid_fires
from simulators.trials.laid_fires_report import make_rows
from simulators.trials.life_report import ratios, render_json
from simulators.trials.ordinary_life import LifeScore, Town, score_life

MORNING = 9.0 / 24.0


@pytest.fixture(scope="module")
def score() -> LifeScore:
    return score_life(Town(buildings=3, days=MORNING, seed=1), Engine)


def test_the_plain_detector_takes_steam_for_fire(score: LifeScore) -> None:
    assert score.plain.total("fire", culprit=Nuisance.STEAM.value) > 0


def test_totals_are_the_sums_of_their_parts(score: LifeScore) -> None:
    for tally in (score.ours, score.plain):
        for kind in ("red", "fire", "warning", "note"):
            parts = {culprit for _, culprit, _ in tally.counts}
            assert tally.total(kind) == sum(tally.total(kind, culprit=part) for part in parts)
            assert tally.total(kind) == sum(n for (of, _), n in tally.by_rule.items() if of == kind)


def test_the_json_holds_every_cry(score: LifeScore) -> None:
    document = json.loads(render_json(score), parse_constant=pytest.fail)
    assert len(document["alerts"]) == len(score.cries)
    assert document["ratios"] == ratios(score)
    assert document["readings"] == score.readings


def test_the_culprit_is_the_heaviest_burst_at_the_detector() -> None:
    life = OrdinaryLife(build_city(2, 200, seed=1), seed=1)
    bursts = np.zeros(3, BURST)
    bursts["detector"], bursts["hold"], bursts["smoke"] = (3, 3, 4), 100.0, (0.1, 0.5, 0.9)
    bursts["nuisance"] = [NUISANCES.index(n) for n in (Nuisance.COOKING, Nuisance.STEAM, Nuisance.TOAST)]
    culprits = Culprits(life.premises)
    culprits.remember(Chunk(Samples(np.array([BEGINS_US]), np.zeros((1, 0))), bursts), begins=0.0)

    def blame(detector: int, seconds: float) -> str:
        zone_id = int(life.premises.zones["zone_id"][life.premises.detector_zone[detector]])
        return culprits.find(
            Alert(
                0,
                "fixed_limit",
                SignalClass.FIRE,
                Severity.ORANGE,
                None,
                BUILDING_ID_BASE,
                zone_id,
                detector + DEVICE_ID_BASE,
            ),
            seconds,
        )

    assert blame(3, 50.0) == Nuisance.STEAM
    assert blame(4, 50.0) == Nuisance.TOAST
    assert blame(5, 50.0) == NOBODY
    assert blame(3, -1.0) == NOBODY


def test_laid_fires_are_noticed_and_counted_by_group() -> None:
    fires = score_laid_fires(10, Engine, seed=1)
    rows = {row.group: row for row in make_rows(fires)}
    assert rows["all"].fires == 10
    assert rows["all"].plain_fire.share > 0.5
    assert sum(rows[course].fires for course in ("slow", "medium", "fast", "ultra_fast", "smouldering")) == 10
    assert all(fire.ours.warned <= fire.ours.fire for fire in fires)
