"""Why a riser has too little water, told from the pattern across its gauges and over time.

Each cause leaves its own signs: a shut valve parts the gauges, or the pump runs and nothing comes; a leak makes the
pressure fall faster than it ever does; an empty tank shows at its float; a jockey pump at fault lets the pressure fall
as slowly as between two starts, and on; a dead gauge stands alone. The signs are weighed by Bayes' rule, each as if it
were independent of the others; a sign that nobody can see weighs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import exp, log

from rules.changes import Part


class Cause(StrEnum):
    """What may be wrong."""

    CLOSED_VALVE = "closed_valve"
    LEAK = "leak"
    DEAD_SENSOR = "dead_sensor"
    EMPTY_TANK = "empty_tank"
    PUMP_FAULT = "pump_fault"


class Extent(StrEnum):
    """Which gauges are low, each with its height taken off and against its own past."""

    ONE = "one"
    SOME = "some"
    ALL = "all"
    NONE = "none"


class Fall(StrEnum):
    """How fast the pressure fell, against how fast it falls between two starts of the jockey pump."""

    AS_USUAL = "as_usual"
    FASTER = "faster"


class Tank(StrEnum):
    """What the float shows."""

    ENOUGH = "enough"
    EMPTY = "empty"


class Jockey(StrEnum):
    """What the jockey pump does while the pressure is below where it starts."""

    RUNS = "runs"
    RESTS = "rests"
    ABSENT = "absent"


class Flow(StrEnum):
    """Whether water leaves the tank."""

    SOME = "some"
    NONE = "none"


@dataclass(frozen=True)
class Signs:
    """What can be seen of one system; None for what nobody measures."""

    extent: Extent
    fall: Fall | None = None
    tank: Tank | None = None
    jockey: Jockey | None = None
    flow: Flow | None = None
    one_stands_still: bool = False
    one_cannot_be: bool = False
    pump_stays_away: bool = False
    water_goes_astray: bool = False

    @property
    def say_nothing(self) -> bool:
        """Whether nothing is odd: then no cause is named."""
        odd = self.one_stands_still, self.one_cannot_be, self.pump_stays_away, self.water_goes_astray
        return self.extent is Extent.NONE and self.tank is not Tank.EMPTY and not any(odd)


@dataclass(frozen=True)
class Likely:
    """A cause with its probability among those known here."""

    cause: Cause
    likelihood: float


V, L, D, T, P = Cause.CLOSED_VALVE, Cause.LEAK, Cause.DEAD_SENSOR, Cause.EMPTY_TANK, Cause.PUMP_FAULT
Weights = Mapping[Cause, float]

# Design values: how often each cause shows a sign. Small ones stand for what a gauge or a float gets wrong.
_EXTENT: Mapping[Extent, Weights] = {
    Extent.ONE: {V: 0.15, L: 0.01, D: 0.55, T: 0.01, P: 0.01},
    Extent.SOME: {V: 0.45, L: 0.03, D: 0.02, T: 0.02, P: 0.03},
    Extent.ALL: {V: 0.35, L: 0.94, D: 0.02, T: 0.95, P: 0.94},
    Extent.NONE: {V: 0.05, L: 0.05, D: 0.15, T: 0.05, P: 0.05},
}
_FALL: Mapping[Fall, Weights] = {
    Fall.AS_USUAL: {V: 0.6, L: 0.05, D: 0.5, T: 0.6, P: 0.9},
    Fall.FASTER: {V: 0.4, L: 0.95, D: 0.5, T: 0.4, P: 0.1},
}
_TANK: Mapping[Tank, Weights] = {
    Tank.ENOUGH: {V: 0.98, L: 0.9, D: 0.98, T: 0.02, P: 0.98},
    Tank.EMPTY: {V: 0.02, L: 0.1, D: 0.02, T: 0.98, P: 0.02},
}
_JOCKEY: Mapping[Jockey, Weights] = {
    Jockey.RUNS: {V: 0.9, L: 0.9, D: 0.1, T: 0.9, P: 0.05},
    Jockey.RESTS: {V: 0.1, L: 0.1, D: 0.9, T: 0.1, P: 0.95},
    Jockey.ABSENT: {V: 0.3, L: 0.3, D: 0.3, T: 0.3, P: 0.03},
}
_FLOW: Mapping[Flow, Weights] = {
    Flow.SOME: {V: 0.1, L: 0.9, D: 0.3, T: 0.2, P: 0.15},
    Flow.NONE: {V: 0.9, L: 0.1, D: 0.7, T: 0.8, P: 0.85},
}
_STILL: Weights = {V: 0.02, L: 0.01, D: 0.4, T: 0.01, P: 0.01}
_CANNOT: Weights = {V: 0.02, L: 0.01, D: 0.35, T: 0.05, P: 0.01}

_ASTRAY: Weights = {V: 0.02, L: 0.7, D: 0.02, T: 0.2, P: 0.02}
_AWAY: Weights = {V: 0.02, L: 0.02, D: 0.01, T: 0.02, P: 0.7}

_WORDS: Mapping[Cause, tuple[str, str]] = {
    V: ("阀门关闭", "a valve is shut"),
    L: ("管网漏水", "a leak"),
    D: ("压力测点失效", "a gauge is dead"),
    T: ("水箱无水", "the tank is empty"),
    P: ("稳压泵或消防泵故障", "a pump is at fault"),
}


def diagnose(signs: Signs) -> tuple[Likely, ...]:
    """The causes, the likeliest first; they add up to one. None where nothing is odd."""
    if signs.say_nothing:
        return ()
    seen: list[Weights] = [_EXTENT[signs.extent]]
    if signs.tank is not None:
        seen.append(_TANK[signs.tank])
    # How the water goes says something where all of it does.
    if signs.extent is Extent.ALL:
        seen += [] if signs.fall is None else [_FALL[signs.fall]]
        seen += [] if signs.flow is None else [_FLOW[signs.flow]]
        seen += [] if signs.jockey is None else [_JOCKEY[signs.jockey]]
    seen += [_weigh(_STILL, signs.one_stands_still), _weigh(_CANNOT, signs.one_cannot_be)]
    # That a pump was not called says nothing of it.
    seen += [_AWAY] * signs.pump_stays_away + [_ASTRAY] * signs.water_goes_astray
    scores = {cause: sum(log(weights[cause]) for weights in seen) for cause in Cause}
    most = max(scores.values())
    shares = {cause: exp(score - most) for cause, score in scores.items()}
    total = sum(shares.values())
    ranked = sorted(shares.items(), key=lambda item: -item[1])
    return tuple(Likely(cause, share / total) for cause, share in ranked)


def describe(causes: tuple[Likely, ...], at_least: float = 0.05) -> tuple[Part, ...]:
    """The causes that matter, in words; `points` is the likelihood in per cent."""
    return tuple(
        Part(
            f"可能原因：{_WORDS[one.cause][0]}（{one.likelihood:.0%}）",
            f"likely cause: {_WORDS[one.cause][1]} ({one.likelihood:.0%})",
            round(100.0 * one.likelihood, 1),
        )
        for one in causes
        if one.likelihood >= at_least
    )


def _weigh(weights: Weights, shows: bool) -> Weights:
    return weights if shows else {cause: 1.0 - share for cause, share in weights.items()}
