"""Measures of smoke against the table of conversions (design basis)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators import optics

TABLE = [
    # dB/m, k 1/m, %/m, %/ft, soot mg/m³
    (0.050, 0.0115, 1.14, 0.35, 1.3),
    (0.100, 0.0230, 2.28, 0.70, 2.6),
    (0.150, 0.0345, 3.39, 1.05, 4.0),
    (0.200, 0.0461, 4.50, 1.39, 5.3),
    (0.300, 0.0691, 6.67, 2.08, 7.9),
    (0.500, 0.1151, 10.87, 3.45, 13.2),
    (0.582, 0.1339, 12.53, 4.00, 15.4),
    (1.000, 0.2303, 20.57, 6.78, 26.5),
    (1.821, 0.4194, 34.26, 12.00, 48.2),
    (2.000, 0.4605, 36.90, 13.10, 52.9),
]


@pytest.mark.parametrize("row", TABLE)
def test_every_measure_of_smoke_is_as_in_the_table(row: tuple[float, ...]) -> None:
    density, extinction, percent_metre, percent_foot, soot = row
    k = optics.db_to_extinction(np.array([density]))
    assert k[0] == pytest.approx(extinction, rel=2e-3, abs=6e-5)
    assert optics.extinction_to_percent_per_metre(k)[0] == pytest.approx(percent_metre, rel=1e-3, abs=0.006)
    assert optics.extinction_to_percent_per_foot(k)[0] == pytest.approx(percent_foot, rel=1e-3, abs=0.006)
    assert optics.extinction_to_soot(k)[0] == pytest.approx(soot, rel=1e-3, abs=0.06)


@given(st.floats(0, 20))
def test_density_survives_the_way_to_extinction_and_back(density: float) -> None:
    back = optics.extinction_to_db(optics.db_to_extinction(np.array([density])))
    assert back[0] == pytest.approx(density)


def test_percent_per_foot_does_not_scale_to_percent_per_metre() -> None:
    k = -np.log(1 - np.array([0.04])) / 0.3048
    assert optics.extinction_to_percent_per_metre(k)[0] == pytest.approx(12.5, abs=0.05)
