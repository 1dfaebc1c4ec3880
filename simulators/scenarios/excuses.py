"""Numbers that may move by a fifth without a scenario failing, each with why that is so."""

from __future__ import annotations

from collections.abc import Mapping

_TICK = "what time alone decides is looked at every 10 s: 24 s end with the same look as 30 s"
_WINDOW = "a window is no limit: a somewhat longer one sees the same fire at the same sample"
_FAST = "whatever rises at 20 K/min is told by the slower window within one more sample"
_OUT = "the signs of a fire that is out pass either within one sample"
_NOISE = "a fifth of it is less than the noise of what is measured"

EXCUSES: Mapping[tuple[str, str], str] = {
    ("smoke_rise", "clears_below"): _NOISE,
    ("heat_rate_of_rise", "enabled"): "a switch: anything above nought is on",
    ("heat_rate_of_rise", "limit_fast"): _FAST,
    ("heat_rate_of_rise", "window_fast_seconds"): _FAST,
    ("heat_rate_of_rise", "slowest_fast_seconds"): _FAST,
    ("heat_rate_of_rise", "window_seconds"): _WINDOW,
    ("heat_rate_of_rise", "slowest_seconds"): "no sensor of the buildings reports every 17 to 20 s",
    (
        "heat_rate_of_rise",
        "clears_below",
    ): "it ends below its gate only, where hardly anything rises any more",
    ("co_fire_prealarm", "window_seconds"): _WINDOW,
    ("water_pressure_sinking", "clears_below"): _NOISE,
    (
        "pressure_drop_fast",
        "clears_below",
    ): "what is usual moves further within the hour that it is measured from",
    ("fire_confirmed_smoke_heat", "clears_below"): _OUT,
    ("zone_fire_warning", "clears_below"): _OUT,
    (
        "residual_current_creep",
        "within_days",
    ): "of a growth that has just begun the forecast is sooner than either",
    ("fire_pump_running", "off_seconds"): _TICK,
    ("fire_pump_start_failure", "off_seconds"): _TICK,
    ("fire_pump_stopped_with_flow", "off_seconds"): _TICK,
    ("signal_valve_closed", "off_seconds"): _TICK,
    (
        "fire_pump_stopped_with_flow",
        "limit",
    ): "water calls for the pump from 1.5 L/s on, which is above either",
    ("reading_stuck", "samples"): "a day of readings is far more than either",
    ("device_disabled", "off_seconds"): "its day is played in steps of five minutes; test_overrun ends alike",
    ("water_leak", "grown_by"): "of a leak this large the growth by a share of the usual decides",
    ("residual_current_creep", "slope"): "what passes its limit within 60 days grows faster than either",
    ("tank_draining", "limit"): "it is what the forecast aims at, and raises nothing",
    ("tank_draining", "falls"): _NOISE,
}
