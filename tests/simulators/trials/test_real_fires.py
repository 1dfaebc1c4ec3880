"""Real fires out of a folder: what is read, what is streamed, and how it is counted."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from rules.changes import Change
from schemas.columns import Batch
from schemas.domain import Quantity
from schemas.roster import Roster
from simulators.trials.real_fire_report import render_json, summarize
from simulators.trials.real_fire_scores import FireScore, score_fire
from simulators.trials.real_fire_stream import IGNITION_US, make_stream
from simulators.trials.real_fires import NoFiresError, RealFire, read_fires


class Unmoved:
    """An engine that never says anything."""

    def adopt(self, roster: Roster) -> None:
        assert len(roster.sensors)

    def evaluate(self, batch: Batch, now: int) -> list[Change]:
        return []


def write_fire(folder: Path, name: str, columns: dict[str, list[str]]) -> None:
    rows = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    (folder / f"NIST_Smoke_Alarms_{name}.csv").write_text("\n".join(rows) + "\n")


def write_alarms(folder: Path, alarms: dict[str, str]) -> None:
    text = f"Act,{','.join(alarms)}\n-1,{','.join(alarms.values())}\n"
    (folder / "Activation_Times.csv").write_text(text)


def smoke_from(second: int, density: float = 0.04, until: int = 120) -> list[str]:
    """Optical density a row, every two seconds: nothing, then `density` [1/m]."""
    return [f"{density if at >= second else 0.0:.2E}" for at in range(0, until, 2)]


TIMES = [f"{at:.2E}" for at in range(0, 120, 2)]
COLD = ["2.00E+01"] * len(TIMES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Location A is seen from 40 s on, H from 8 s, at B the meter is dead; C has an alarm and no meter."""
    write_fire(
        tmp_path,
        "SDC99",
        {
            "TIME": TIMES,
            "TCA_1": COLD,
            "SMA_1": smoke_from(40),
            "SMA_4": smoke_from(0),
            "SMB_1": smoke_from(999),
            "SMH_1": smoke_from(8),
            "TCFIRE": COLD,
            "Load": ["x"] * len(TIMES),
        },
    )
    write_alarms(
        tmp_path,
        {
            "SDC99-Ion1A": "30",
            "SDC99-Pho1A": "100",
            "SDC99-Pho3A": "90",
            "SDC99-Pho1B": "80",
            "SDC99-Pho1C": "70",
            "SDC99-Pho1H": "-1",
            "SDC99-Ion1H": "",
            "SDC11-Pho1A": "10",
        },
    )
    return tmp_path


@pytest.fixture
def fire(folder: Path) -> RealFire:
    (fire,) = read_fires(folder)
    return fire


@pytest.fixture
def score(fire: RealFire) -> FireScore:
    return score_fire(fire, Unmoved, seed=1)


def test_only_the_meters_at_the_ceiling_are_sensors(fire: RealFire) -> None:
    assert set(fire.meters) == {
        ("A", Quantity.SMOKE),
        ("A", Quantity.TEMPERATURE),
        ("B", Quantity.SMOKE),
        ("H", Quantity.SMOKE),
    }
    assert fire.meters["A", Quantity.SMOKE].max() == pytest.approx(0.4)


def test_the_earliest_photoelectric_alarm_of_a_location_counts(fire: RealFire) -> None:
    assert (fire.alarms["A"].photoelectric, fire.alarms["A"].any_kind) == (90.0, 30.0)
    assert fire.alarms["H"].photoelectric == math.inf


def test_locations_where_no_photoelectric_alarm_sounded_do_not_count(score: FireScore) -> None:
    assert [location.location for location in score.locations] == ["A", "B", "C"]


def test_leads_are_counted_from_the_real_alarm(score: FireScore) -> None:
    # At 40 s the density reaches 0.4 dB/m: fire ten seconds later, before the warning's thirty.
    a, b, c = score.locations
    assert (a.plain.warned, a.plain.fire) == (50.0, 50.0)
    assert (b.plain.warned, c.plain.warned) == (math.inf, math.inf)
    ours, plain = summarize([score])
    assert (plain.warned_in_time, plain.fire_in_time, plain.median_lead_seconds) == (1, 1, None)
    assert (ours.locations, ours.warned_in_time, ours.false) == (3, 0, 0)


def test_an_early_alert_is_false_where_no_real_alarm_sounds_soon(score: FireScore) -> None:
    assert [(alert.location, alert.seconds) for alert in score.false_plain] == [("H", 18.0)]


def test_the_json_is_plain_json_without_infinities(score: FireScore) -> None:
    document = json.loads(render_json([score]), parse_constant=pytest.fail)
    assert document["summary"]["plain"]["locations"] == 3
    assert document["locations"][1]["plain"]["warned_seconds"] is None


def test_half_an_hour_of_quiet_comes_before_the_fire(fire: RealFire) -> None:
    stream = make_stream(fire, seed=1)
    quiet = stream.samples.at < IGNITION_US
    assert quiet.sum() == 900
    assert np.diff(stream.samples.at).min() == np.diff(stream.samples.at).max() == 2_000_000
    smoke = stream.samples.values[quiet, stream.premises.slots(Quantity.SMOKE)[0]]
    temperature = stream.samples.values[quiet, stream.premises.slots(Quantity.TEMPERATURE)[0]]
    assert smoke.std() == pytest.approx(0.01, rel=0.1)
    assert temperature.std() == pytest.approx(0.05, rel=0.1)
    assert temperature.mean() == pytest.approx(20.0, abs=0.01)


def test_the_same_seed_gives_the_same_stream(fire: RealFire) -> None:
    values = [make_stream(fire, seed).samples.values for seed in (1, 1, 2)]
    assert np.array_equal(values[0], values[1], equal_nan=True)
    assert not np.array_equal(values[0], values[2], equal_nan=True)


def test_missing_cells_and_short_rows_are_missing_samples(tmp_path: Path) -> None:
    file = tmp_path / "NIST_Smoke_Alarms_SDC98.csv"
    file.write_text("TIME,SMA_1,TCA_1\n0,0.01,20\n2,,20\n4,0.02\n,9,9\n4,9,9\n6,0.03,-\n")
    (fire,) = read_fires(tmp_path)
    assert fire.seconds.tolist() == [0.0, 2.0, 4.0, 6.0]
    np.testing.assert_allclose(fire.meters["A", Quantity.SMOKE], [0.1, np.nan, 0.2, 0.3])
    np.testing.assert_allclose(fire.meters["A", Quantity.TEMPERATURE], [20.0, 20.0, np.nan, np.nan])


def test_a_folder_without_fires_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoFiresError, match="NIST_Smoke_Alarms"):
        read_fires(tmp_path)
