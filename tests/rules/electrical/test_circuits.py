"""What several sensors of one circuit show together, at the ticks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from rules.changes import KnownCondition
from rules.electrical import cable_warmth
from schemas.columns import READING
from schemas.domain import Severity, SubjectKind
from tests.rules.electrical.circuit import NAMES, Circuit


def hold(
    circuit: Circuit, values: dict[str, float], begin: float, minutes: int, without: str = ""
) -> list[str]:
    return [word for i in range(minutes) for word in circuit.report(begin + 60.0 * i, values, without)]


HOT = {"cable_temperature/B": 55.1}


def test_a_phase_twenty_kelvin_above_the_middle_one_is_told_after_five_minutes_and_ends_below_ten() -> None:
    circuit = Circuit()
    # A tick looks at what came before it.
    assert hold(circuit, HOT, 0.0, 6) == []
    assert hold(circuit, HOT, 360.0, 1) == ["raise cable_temp_phase_diff cable_temperature/B"]
    assert hold(circuit, {"cable_temperature/B": 45.1}, 420.0, 20) == []
    assert hold(circuit, {}, 1620.0, 15) == ["clear cable_temp_phase_diff cable_temperature/B"]


def test_one_hot_phase_of_which_another_is_not_heard_is_unknown_and_never_ends() -> None:
    circuit = Circuit()
    assert hold(circuit, HOT, 0.0, 10, without="cable_temperature/C") == []
    assert len(hold(circuit, HOT, 600.0, 10)) == 1
    # The last known value of a sensor counts for three intervals, and no longer.
    assert hold(circuit, {}, 1200.0, 60, without="cable_temperature/A") == []


def test_a_lost_phase_is_told_from_a_supply_that_is_cut() -> None:
    cut = {f"voltage/{phase}": 0.5 for phase in "ABC"}
    assert not any("phase_loss" in word for word in hold(Circuit(), cut, 0.0, 10))
    lost = hold(Circuit(), {"voltage/B": 100.0}, 0.0, 3)
    assert lost == ["raise phase_loss voltage/B"]
    circuit = Circuit()
    two = hold(circuit, {"voltage/B": 3.0, "voltage/A": 2.0}, 0.0, 3)
    assert sorted(two) == ["raise phase_loss voltage/A", "raise phase_loss voltage/B"]
    assert sorted(hold(circuit, {}, 180.0, 3)) == ["clear phase_loss voltage/A", "clear phase_loss voltage/B"]


def live(circuit: Circuit, minutes: range, joint_kelvin: float = 0.0) -> list[str]:
    """A load that comes and goes every two hours; the cable follows with ten minutes, 20 K at 100 A."""
    told: list[str] = []
    rise = None
    for minute in minutes:
        amperes = 80.0 if (minute // 60) % 2 else 30.0
        heat = (20.0 + joint_kelvin) * (amperes / 100.0) ** 2
        rise = heat if rise is None else heat + (rise - heat) * np.exp(-0.1)
        told += circuit.report(60.0 * minute, {"current": amperes, "cable_temperature/A": 25.0 + rise})
    # Others see a joint that is loose from one minute to the next too.
    return [word for word in told if "cable_temp_unexplained" in word]


def test_what_load_does_not_explain_is_told_once_a_day_has_been_learnt() -> None:
    circuit = Circuit()
    assert live(circuit, range(1500)) == []
    # A joint of 25 K at the rated current adds 16 K at this load, which is far from any fixed limit.
    assert "raise cable_temp_unexplained cable_temperature/A" in live(circuit, range(1500, 1740), 25.0)


def test_a_restart_forgets_neither_what_was_learnt_nor_since_when_it_holds() -> None:
    first = Circuit()
    live(first, range(1500))
    assert live(first, range(1500, 1508), 25.0) == []
    blob = first.engine.snapshot(0)
    second = Circuit()
    second.engine.restore_snapshot(0, blob)
    second.engine.rebuild(np.empty(0, READING))
    undisturbed, restarted = (live(each, range(1508, 1740), 25.0) for each in (first, second))
    assert undisturbed == restarted
    assert restarted[0] == "raise cable_temp_unexplained cable_temperature/A"


def test_a_condition_of_the_tables_is_not_raised_again_and_can_end() -> None:
    circuit = Circuit()
    slot = NAMES.index("cable_temperature/B")
    known = KnownCondition("cable_temp_phase_diff", SubjectKind.SENSOR, 1000 + slot, True, 0, Severity.YELLOW)
    circuit.engine.restore([known])
    assert hold(circuit, HOT, 0.0, 20) == []
    assert hold(circuit, {}, 1200.0, 12) == ["clear cable_temp_phase_diff cable_temperature/B"]


def test_the_model_finds_resistance_and_time_constant_of_a_cable_that_obeys_it() -> None:
    """0.004 K/A² behind ten minutes: after two days no minute is off by more than 0.1 K."""
    rng = np.random.default_rng(4)
    states = cable_warmth.lay_out(1)
    amperes = np.repeat(rng.uniform(10, 80, 100), 30)
    rise, off = 0.004 * amperes[0] ** 2, []
    for minute, (before, now) in enumerate(pairwise(amperes.tolist())):
        rise = 0.004 * now**2 + (rise - 0.004 * now**2) * np.exp(-0.1)
        off.append(cable_warmth.advance(states, minute, np.array([25.0 + rise]), np.array([now]))[0])
        assert before > 0
    assert np.isnan(off[: int(cable_warmth.LEARNT_MINUTES)]).all()
    assert np.abs(off[-200:]).max() < 0.1


def test_what_is_missing_teaches_nothing() -> None:
    states = cable_warmth.lay_out(2)
    cable_warmth.advance(states, 1, np.array([25.0, np.nan]), np.array([np.nan, 30.0]))
    assert states["minutes"].tolist() == [0, 0]
