"""What one scenario came to, small enough to hand from process to process and to draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from schemas.domain import QUANTITIES
from schemas.units import UNIT_OF
from simulators.optics import Floats
from simulators.scenarios.playing import Played, Told
from simulators.scenarios.scenario import Scenario
from simulators.scenarios.verdict import Met, Verdict

MOST_POINTS = 160
MOST_LINES = 3


@dataclass(frozen=True)
class Line:
    """What one sensor showed, thinned out; `limit` is what an alert on it gave as its limit, if that is in its unit."""

    sensor: str
    unit: str
    seconds: tuple[float, ...]
    values: tuple[float, ...]
    limit: float | None = None


@dataclass(frozen=True)
class Mark:
    """An alert on the axis of time: when it could be seen, when it ended, in which colour, whether it was expected."""

    rule_id: str
    about: str
    raised_at: float
    cleared_at: float | None
    colour: str
    expected: bool


@dataclass(frozen=True)
class Check:
    """One expectation and what came of it; `allowed_seconds` is by when it had to come, counted as the delay is."""

    rule_id: str
    about: str
    delay_seconds: float | None
    allowed_seconds: float
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """A scenario as the report tells of it; `incidents` are (kind, begin, length or None)."""

    name: str
    title_zh: str
    title_en: str
    building: str
    promises: tuple[int, ...]
    lasts: float
    checks: tuple[Check, ...]
    stray: tuple[str, ...]
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]
    incidents: tuple[tuple[str, float, float | None], ...]
    readings: int
    most_open: int
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return not self.stray and not any(check.problems for check in self.checks)

    @property
    def problems(self) -> list[str]:
        missed = [f"{one.rule_id} ({one.about}): {said}" for one in self.checks for said in one.problems]
        return missed + list(self.stray)


def sum_up(played: Played, verdict: Verdict, seconds: float) -> Result:
    """The result of a scenario that took so many seconds to play."""
    scenario = verdict.scenario
    expected = [one.told for one in verdict.met if one.told is not None]
    return Result(
        scenario.name,
        scenario.title_zh,
        scenario.title_en,
        scenario.building,
        scenario.promises,
        scenario.lasts if scenario.past is None else scenario.past.days * 86_400.0,
        tuple(_check(scenario, one) for one in verdict.met),
        tuple(f"{told.rule_id} ({told.about}) at {told.raised_at:g} s: {why}" for told, why in verdict.stray),
        tuple(_mark(one, expected=any(one is other for other in expected)) for one in played.told),
        tuple(_draw(played, verdict)),
        tuple((one.kind, one.at, one.lasts) for one in scenario.incident),
        played.readings,
        played.most_open,
        seconds,
    )


def _check(scenario: Scenario, met: Met) -> Check:
    allowed = met.expected.by - scenario.onset(met.expected)
    return Check(met.expected.rule, met.expected.about, met.delay_seconds, allowed, met.problems)


def _mark(told: Told, *, expected: bool) -> Mark:
    return Mark(told.rule_id, told.about, told.raised_at, told.cleared_at, told.peak.name.lower(), expected)


def _draw(played: Played, verdict: Verdict) -> list[Line]:
    """The sensors that the expected alerts are about, else those that incidents touch."""
    if played.stage is None:
        return []
    site = played.stage.site
    wanted = [one.expected.about for one in verdict.met]
    for incident in verdict.scenario.incident:
        wanted += [site.paths[slot] for slot in site.find_sensors(getattr(incident, "where", ())).tolist()]
        zone = getattr(incident, "zone", None)
        if zone is not None:
            wanted.append(f"zone:{zone}")
    slots = list(dict.fromkeys(slot for name in wanted for slot in _slots_of(played, name)))
    return [_make_line(played, slot) for slot in slots[:MOST_LINES]]


def _slots_of(played: Played, name: str) -> list[int]:
    assert played.stage is not None
    site = played.stage.site
    if not name.startswith("zone:"):
        of_name: list[int] = site.find_sensors([name]).tolist()
        return of_name
    zone = int(site.find_zones([name.removeprefix("zone:")])[0])
    of_sensor = site.roster.devices["zone_slot"][site.roster.sensors["device_slot"]]
    slots: list[int] = np.flatnonzero(of_sensor == zone).tolist()
    return slots


def _make_line(played: Played, slot: int) -> Line:
    assert played.stage is not None
    stage = played.stage
    path = stage.site.paths[slot]
    shown = np.isfinite(stage.values[:, slot])
    seconds, values = thin(stage.seconds[shown], stage.values[shown, slot])
    unit = UNIT_OF[QUANTITIES[int(stage.site.roster.sensors["quantity"][slot])]]
    return Line(
        path,
        unit,
        tuple(np.round(seconds, 2).tolist()),
        tuple(float(f"{value:.5g}") for value in values.tolist()),
        _find_limit(played, path, values),
    )


def _find_limit(played: Played, path: str, values: Floats) -> float | None:
    """The limit of an alert on the sensor, unless it is of another figure than what the sensor shows."""
    for told in played.told:
        if told.about == path and told.limit is not None and len(values):
            low, high = float(values.min()), float(values.max())
            if low - 0.5 * abs(low) <= told.limit <= high + 0.5 * abs(high):
                return float(told.limit)
    return None


def thin(seconds: Floats, values: Floats) -> tuple[Floats, Floats]:
    """At most about `MOST_POINTS`: the least and the greatest of each stretch, so that no peak is lost."""
    if len(seconds) <= MOST_POINTS:
        return seconds, values
    kept: list[int] = []
    for part in np.array_split(np.arange(len(seconds)), MOST_POINTS // 2):
        kept += sorted({int(part[values[part].argmin()]), int(part[values[part].argmax()])})
    return seconds[kept], values[kept]
