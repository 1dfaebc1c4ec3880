"""The slow rules on circuits."""

from __future__ import annotations

from rules.slow.cable_joint_trend import CABLE_JOINT_TREND
from rules.slow.insulation_ageing import INSULATION_AGEING
from rules.slow.residual_current_creep import RESIDUAL_CURRENT_CREEP
from rules.slow.slow_rule import SlowRule

ELECTRICAL_SLOW_RULES: tuple[SlowRule, ...] = (
    RESIDUAL_CURRENT_CREEP,
    CABLE_JOINT_TREND,
    INSULATION_AGEING,
)
