"""A detector that sees nothing while others beside it stand in thick smoke or heat."""

from __future__ import annotations

from rules.rule import Parameter, Rule
from schemas.domain import Severity, SignalClass

DETECTOR_DEAD = Rule(
    id="detector_dead",
    signal_class=SignalClass.FAULT,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="探测器无反应",
    title_en="Detector sees nothing",
    advice_zh="周围探测器已见浓烟或高温，该探测器毫无反应，可能已失效。不要据此认为该处无火；事后更换。",
    advice_en="Others around it stand in thick smoke or heat and this one sees nothing. Do not take its place for "
    "clear; have it changed afterwards.",
    source_zh="设计值：同区另一探测器达到 0.5 dB/m 或 20 K，或相通的两区达到 1.0 dB/m，持续 60 s",
    source_en="design value: 0.5 dB/m or 20 K at another one of its zone, or 1.0 dB/m in two linked zones, for 60 s",
    parameters=(
        Parameter("smoke", 0.5, "dB/m", 0.1, 10.0),
        # Two kitchens at work, or dust of a building site, show 0.6 dB/m on both sides of a closed door.
        Parameter("linked_smoke", 1.0, "dB/m", 0.1, 10.0),
        Parameter("heat", 20.0, "K", 5.0, 200.0),
        Parameter("on_seconds", 60.0, "s", 10.0, 3600.0),
    ),
)
