"""A circuit that carries more than it may, for longer than a motor needs to start."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rules.rule import Judgement, Level, Lookup, Parameter, ReadingRule
from rules.view import Floats, View
from schemas.domain import Quantity, Severity, SignalClass


def _at_least(limit: str) -> Callable[[View], Judgement]:
    def judge(view: View) -> Judgement:
        rated = view.parameter("rated")
        known = rated > 0
        share = np.where(known, view.values / np.where(known, rated, 1.0), 0.0)
        return Judgement(share >= view.parameter(limit), share < view.parameter("clears_below"), share)

    return judge


def _calm(value: Lookup) -> tuple[Floats, Floats]:
    rated = value("rated")
    # A hair less: what is exactly at its limit must not be calm for how a product is rounded.
    return np.array(-np.inf), np.where(rated > 0, rated * value("limit") * (1 - 1e-9), np.inf)


CURRENT_OVERLOAD = ReadingRule(
    id="current_overload",
    signal_class=SignalClass.WARNING,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="回路过载",
    title_en="Circuit carries too much",
    advice_zh="减少该回路的用电设备；核对开关和导线是否匹配。",
    advice_en="Take load off the circuit; see whether breaker and cable match.",
    source_zh="设计值：额定电流的 1.1 倍持续 15 min，或 1.45 倍持续一分钟",
    source_en="design value: 1.1 times the rated current for 15 min, 1.45 times for a minute",
    parameters=(
        Parameter("rated", 0.0, "A", 0.0, 10_000.0, registered="rated_current_a"),
        Parameter("limit", 1.1, "× rated", 0.5, 3.0),
        Parameter("on_seconds", 900.0, "s", 60.0, 7200.0),
        Parameter("high", 1.45, "× rated", 0.5, 6.0),
        Parameter("high_seconds", 60.0, "s", 15.0, 3600.0),
        Parameter("clears_below", 1.0, "× rated", 0.2, 3.0),
        Parameter("off_seconds", 300.0, "s", 10.0, 3600.0),
    ),
    quantity=Quantity.CURRENT,
    unit="× rated",
    levels=(
        Level(Severity.YELLOW, _at_least("limit"), "limit"),
        Level(Severity.ORANGE, _at_least("high"), "high", "high_seconds"),
    ),
    calm=_calm,
)
