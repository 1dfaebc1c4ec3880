"""Measured fires as scenarios: at each location the rules must be no later than the alarm that really sounded there."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rules.engine import Engine
from schemas.domain import Quantity
from schemas.units import UNIT_OF
from simulators.acceptance.results import Check, Line, Mark, Result, thin
from simulators.trials.real_fire_scores import FIRE_GRACE_SECONDS, FireScore, LocationScore, score_fire
from simulators.trials.real_fires import RealFire, read_fires

MOST_LINES = 4


def play_fires(folder: Path, seed: int = 1) -> list[Result]:
    """Each test of a folder laid out like those of NIST TN 1455.

    Raises
    ------
    NoFiresError
        The folder holds no fire test that can be read.
    """
    return [_play(fire, seed) for fire in read_fires(folder)]


def _play(fire: RealFire, seed: int) -> Result:
    begins = time.process_time()
    score = score_fire(fire, Engine, seed)
    return Result(
        f"measured_{fire.name}",
        f"实测火灾 {fire.name}",
        f"Measured fire {fire.name}",
        "",
        (3,),
        float(fire.seconds[-1]),
        tuple(check for location in score.locations for check in _check(location)),
        tuple(f"{one.rule_id} at {one.seconds:g} s: nothing to see yet" for one in score.false_ours),
        tuple(_mark(score)),
        tuple(_draw(fire)),
        (("fire", 0.0, None),),
        sum(len(values) for values in fire.meters.values()),
        0,
        time.process_time() - begins,
    )


def _check(location: LocationScore) -> Iterator[Check]:
    """Delays are counted from ignition."""
    ours, about = location.ours, f"zone:{location.location}"
    for rule_id, at, latest in (
        (ours.warned_by or "warning", ours.warned, location.photoelectric),
        (ours.fire_by or "fire", ours.fire, location.photoelectric + FIRE_GRACE_SECONDS),
    ):
        problems = () if at <= latest else (f"came at {at:g} s, the real alarm sounded at {latest:g} s",)
        yield Check(rule_id, about, at if math.isfinite(at) else None, latest, problems)


def _mark(score: FireScore) -> Iterator[Mark]:
    for location in score.locations:
        about, ours = f"zone:{location.location}", location.ours
        for rule_id, at, colour in (
            (ours.warned_by, ours.warned, "yellow"),
            (ours.fire_by, ours.fire, "red"),
            ("real photoelectric alarm", location.photoelectric, "blue"),
        ):
            if math.isfinite(at):
                yield Mark(rule_id, about, at, None, colour, expected=True)


def _draw(fire: RealFire) -> Iterator[Line]:
    meters = sorted(fire.meters.items(), key=lambda meter: (meter[0][1] is not Quantity.SMOKE, meter[0][0]))
    for (location, quantity), values in meters[:MOST_LINES]:
        shown = np.isfinite(values)
        seconds, thinned = thin(fire.seconds[shown], values[shown])
        yield Line(
            f"{location}/{quantity}",
            UNIT_OF[quantity],
            tuple(seconds.tolist()),
            tuple(float(f"{value:.5g}") for value in thinned.tolist()),
        )
