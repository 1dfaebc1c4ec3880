"""Measured fires in the acceptance: the rules beside the alarms that really sounded."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulators.acceptance.measured_fires import play_fires
from simulators.trials.real_fires import NoFiresError
from tests.simulators.trials.test_real_fires import COLD, TIMES, smoke_from, write_alarms, write_fire


def write(folder: Path, photoelectric: str) -> None:
    write_fire(folder, "SDC99", {"TIME": TIMES, "TCA_1": COLD, "SMA_1": smoke_from(20, 0.3)})
    write_alarms(folder, {"SDC99-Pho1A": photoelectric})


def test_whoever_is_no_later_than_the_real_alarm_passes(tmp_path: Path) -> None:
    write(tmp_path, "1.10E+02")
    (result,) = play_fires(tmp_path)
    assert result.passed, result.problems
    assert [check.allowed_seconds for check in result.checks] == [110.0, 140.0]
    assert {line.sensor for line in result.lines} == {"A/smoke", "A/temperature"}


def test_whoever_is_later_than_the_real_alarm_fails(tmp_path: Path) -> None:
    write(tmp_path, "5.00E+00")
    (result,) = play_fires(tmp_path)
    assert any("the real alarm sounded at 5 s" in problem for problem in result.problems)


def test_a_folder_without_fires_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(NoFiresError):
        play_fires(tmp_path)
