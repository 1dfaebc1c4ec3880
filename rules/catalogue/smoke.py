"""What the rules on smoke have in common."""

from __future__ import annotations

from rules.rule import less_drift
from rules.view import Floats, View

USUAL_BACKGROUND = 0.05
"""dB/m that a clean detector may show in clean air; only what dust adds to it is taken off."""


def compensate(view: View) -> Floats:
    """Smoke (n,) [dB/m] less the drift of the detector's own chamber, which is never taken for more than 0.05 dB/m."""
    return less_drift(view.values, view.baseline, USUAL_BACKGROUND)
