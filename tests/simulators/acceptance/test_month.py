"""The month of ordinary life, in pieces that are lived side by side."""

from __future__ import annotations

from simulators.acceptance.month import cut_month, live


def test_the_pieces_of_a_month_are_all_of_its_days_once() -> None:
    for processes in (1, 2, 3):
        pieces = cut_month(20, 30, 1, processes)
        days = [first + day for piece in pieces for first in piece.first_days for day in range(piece.days)]
        assert sorted(days) == list(range(1, 31))
        assert len(pieces) == processes


def test_nothing_red_comes_of_a_day_and_each_cry_has_its_building() -> None:
    (piece,) = cut_month(2, 2, 3, 1, step_seconds=20.0, most_days=1)
    heard: list[float] = []
    cries = live(piece, heard.append)
    assert cries.days == 2.0
    assert cries.total("red") == 0
    assert cries.total("note") > 0
    assert {building for _, _, building in cries.ours} <= {0, 1}
    assert heard[-1] > 0.99
