"""How far a device's messages are stored without a gap, and what becomes of gaps."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rules.sequences import PATIENCE_US, Sequences

SERVED = np.ones(2, np.bool_)


def test_the_receipt_stays_before_a_gap_and_passes_it_once_it_is_filled() -> None:
    book = Sequences()
    for seq in (5, 6, 9, 8):
        book.hear(1, seq, 0)
    assert book.contiguous(1) == 6
    book.hear(1, 7, 0)
    assert book.contiguous(1) == 9


def test_a_gap_that_stays_becomes_a_fault_and_ends_when_it_is_filled() -> None:
    book = Sequences()
    book.hear(1, 5, 0)
    book.hear(1, 8, 0)
    assert book.sweep(PATIENCE_US, SERVED) == ([], [])
    assert book.sweep(PATIENCE_US + 1, SERVED) == ([1], [])
    assert book.missing(1) == "6-7"
    assert book.sweep(PATIENCE_US + 2, SERVED) == ([], [])
    book.hear(1, 6, 0)
    book.hear(1, 7, 0)
    assert book.sweep(PATIENCE_US + 3, SERVED) == ([], [1])


def test_a_birth_begins_the_count_anew() -> None:
    book = Sequences()
    book.hear(1, 5, 0)
    book.hear(1, 8, 0)
    book.begin(1, 1)
    assert book.contiguous(1) == 0
    book.hear(1, 1, 0)
    assert book.contiguous(1) == 1
    assert book.sweep(10 * PATIENCE_US, SERVED) == ([], [])


@given(st.permutations(range(1, 40)), st.lists(st.integers(1, 39)))
def test_any_order_with_repetitions_ends_at_the_last(order: list[int], again: list[int]) -> None:
    book = Sequences()
    book.hear(1, 0, 0)
    heard = {0}
    for seq in [*order[:20], *again, *order[20:]]:
        book.hear(1, seq, 0)
        heard.add(seq)
        upto = book.contiguous(1)
        assert upto is not None
        assert heard >= set(range(upto + 1))
        assert upto + 1 not in heard
    assert book.contiguous(1) == 39


def test_what_another_share_has_stored_closes_the_gap_before_what_was_heard_here() -> None:
    book = Sequences()
    book.restore(1, 5)
    for seq in (9, 10, 12):
        book.hear(1, seq, 0)
    book.restore(1, 9)
    assert book.contiguous(1) == 10
    assert book.missing(1) == "11"
    # What is known already is not taken back.
    book.restore(1, 7)
    assert book.contiguous(1) == 10


def test_a_gap_of_a_device_that_is_not_served_is_no_fault() -> None:
    book = Sequences()
    book.hear(1, 5, 0)
    book.hear(1, 8, 0)
    assert book.sweep(PATIENCE_US + 1, np.zeros(2, np.bool_)) == ([], [])
    book.forget(1)
    assert book.contiguous(1) is None
    assert book.sweep(PATIENCE_US + 2, SERVED) == ([], [])
