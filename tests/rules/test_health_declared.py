"""What devices say of themselves and what matters only once it lasts; batteries that run low."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rules.changes import KnownCondition
from schemas.domain import SCOPE_KINDS, DeviceEventKind, Quantity, ScopeKind, SubjectKind
from schemas.roster import SCOPE, UNKNOWN
from tests.rules.premises import Premises, stamp

POWER, DISABLED, TEST = DeviceEventKind.POWER_FAULT, DeviceEventKind.DISABLED, DeviceEventKind.TEST
HOUR, DAY = 3600, 86_400


@pytest.fixture
def premises() -> Premises:
    """Nobody listens for silence here: days pass in which nothing is reported."""
    quiet = Premises(1)
    quiet.roster.devices["interval_us"] = 0
    quiet.engine.adopt(replace(quiet.roster, version=2))
    return quiet


@pytest.mark.parametrize(
    ("event", "rule", "wait"),
    [
        (POWER, "power_or_line_fault", 60),
        (DISABLED, "device_disabled", DAY),
        (TEST, "test_overrun", 600),
    ],
)
def test_what_is_declared_is_told_once_it_has_lasted_and_not_before(
    premises: Premises, event: DeviceEventKind, rule: str, wait: int
) -> None:
    assert premises.declare(0, 1, event, active=True) == []
    assert premises.wait(wait - 10) == []
    assert premises.wait(wait) == [f"raise {rule} 101 at {wait}"]
    assert premises.declare(wait + 40, 1, event, active=False) == []
    assert premises.wait(wait + 90) == []
    assert premises.wait(wait + 100) == [f"clear {rule} 101 at {wait + 100}"]


def test_a_dip_of_the_mains_is_ridden_through(premises: Premises) -> None:
    for second in range(0, 600, 15):
        assert premises.declare(second, 1, POWER, active=second % 30 == 0) == []


def test_an_older_return_does_not_end_a_newer_loss_of_mains(premises: Premises) -> None:
    premises.declare(0, 1, POWER, active=True)
    premises.declare(-20, 1, POWER, active=False)
    assert premises.wait(60) == ["raise power_or_line_fault 101 at 60"]
    # Lost once more while its return is waited for: one and the same fault.
    assert premises.declare(70, 1, POWER, active=False) == []
    assert premises.declare(90, 1, POWER, active=True) == []
    assert premises.wait(1000) == []


def test_a_loss_of_mains_from_before_its_return_does_not_begin_it_again(premises: Premises) -> None:
    premises.declare(0, 1, POWER, active=True)
    premises.declare(20, 1, POWER, active=False)
    premises.declare(10, 1, POWER, active=True)
    assert premises.wait(1000) == []


def test_a_shield_on_two_channels_lasts_until_both_are_free(premises: Premises) -> None:
    premises.declare(0, 1, DISABLED, active=True, channel=3)
    premises.declare(1, 1, DISABLED, active=True, channel=4)
    assert premises.wait(DAY) == [f"raise device_disabled 101 at {DAY}"]
    premises.declare(DAY + 10, 1, DISABLED, active=False, channel=4)
    assert premises.wait(DAY + 600) == []
    premises.declare(DAY + 610, 1, DISABLED, active=False, channel=3)
    assert premises.wait(DAY + 700) == [f"clear device_disabled 101 at {DAY + 670}"]


def test_a_test_in_a_declared_window_has_four_hours(premises: Premises) -> None:
    scope = np.array(
        [(7, SCOPE_KINDS.index(ScopeKind.TEST), 0, UNKNOWN, 1, stamp(-60), stamp(6 * HOUR))], SCOPE
    )
    premises.engine.adopt(replace(premises.roster, version=3, scopes=scope))
    premises.declare(0, 1, TEST, active=True)
    assert premises.wait(4 * HOUR - 10) == []
    assert premises.wait(4 * HOUR) == [f"raise test_overrun 101 at {4 * HOUR}"]


def test_a_test_that_outlives_its_declared_window_is_told(premises: Premises) -> None:
    scope = np.array([(7, SCOPE_KINDS.index(ScopeKind.TEST), 0, UNKNOWN, 1, stamp(-60), stamp(HOUR))], SCOPE)
    premises.engine.adopt(replace(premises.roster, version=3, scopes=scope))
    premises.declare(0, 1, TEST, active=True)
    assert premises.wait(HOUR - 10) == []
    assert premises.wait(HOUR) == ["raise test_overrun 101 at 600"]


def test_what_is_known_to_last_is_not_told_again_and_ends(premises: Premises) -> None:
    premises.engine.restore([KnownCondition("device_disabled", SubjectKind.DEVICE, 101, True, stamp(-DAY))])
    assert premises.wait(0) == []
    assert premises.declare(10, 1, DISABLED, active=False) == []
    assert premises.wait(70) == ["clear device_disabled 101 at 70"]


def test_what_a_retired_device_declared_is_over(premises: Premises) -> None:
    premises.declare(0, 1, POWER, active=True)
    premises.wait(60)
    premises.roster.devices["retired"] = True
    premises.engine.adopt(replace(premises.roster, version=3))
    assert premises.wait(70) == ["clear power_or_line_fault 101 at 70"]


def test_a_battery_is_low_after_two_reports_and_well_again_when_it_is_new() -> None:
    premises = Premises(1, (Quantity.BATTERY,))

    def report(at: float, percent: float) -> list[str]:
        return premises.report([at], [1], {(1, Quantity.BATTERY): percent})

    assert report(0, 20.1) + report(10, 20.1) == []
    assert report(20, 20.0) == []
    assert report(30, 20.0) == ["raise battery_low 1000 at 30"]
    assert report(40, 10.0) == []
    assert report(50, 10.0) == ["severity battery_low 1000 at 50"]
    assert report(60, 29.9) == []
    assert report(70, 30.0) == ["clear battery_low 1000 at 70"]


def test_a_device_that_says_its_battery_is_low_is_believed(premises: Premises) -> None:
    assert premises.declare(5, 1, DeviceEventKind.LOW_BATTERY, active=True) == ["raise battery_low 101 at 5"]
    assert premises.declare(6, 1, DeviceEventKind.LOW_BATTERY, active=False) == ["clear battery_low 101 at 6"]
