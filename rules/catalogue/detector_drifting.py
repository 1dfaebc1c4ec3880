"""A smoke detector that shows smoke in clean air: dust in its chamber."""

from __future__ import annotations

from rules.rule import Judgement, Parameter
from rules.upkeep import UpkeepRule, UpkeepView
from schemas.domain import Quantity, Severity, SignalClass


def _judge(view: UpkeepView) -> Judgement:
    """What a sensor is new with goes by within the hour that is waited: it may have been switched on in smoke."""
    baseline = view.baseline
    return Judgement(baseline >= view.parameter("limit"), baseline < view.parameter("clears_below"), baseline)


DETECTOR_DRIFTING = UpkeepRule(
    id="detector_drifting",
    signal_class=SignalClass.FAULT,
    severity=Severity.BLUE,
    latching=False,
    title_zh="探测器需要清洁",
    title_en="Detector needs cleaning",
    advice_zh="探测器积尘，基线升高，易误报。安排清洗或更换。",
    advice_en="Dust has raised what the detector shows in clean air; it will raise false alarms. Have it cleaned.",
    source="design value 0.10 dB/m: dust adds 0.02 to 0.05 dB/m a month, and no more than this is taken off",
    parameters=(
        Parameter("limit", 0.10, "dB/m", 0.03, 0.10),
        Parameter("clears_below", 0.08, "dB/m", 0.01, 0.10),
        Parameter("on_seconds", 3600.0, "s", 0.0, 604_800.0),
    ),
    quantities=(Quantity.SMOKE,),
    judge=_judge,
    unit="dB/m",
)
