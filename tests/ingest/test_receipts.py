"""Receipts are not sent oftener than a device needs them, and the last one always is."""

from __future__ import annotations

from ingest.receipts import PAUSE_US, Receipts


def test_a_receipt_goes_out_at_once_and_the_next_after_a_pause() -> None:
    receipts = Receipts()
    receipts.add({1: 10, 2: 5})
    assert dict(receipts.take(PAUSE_US)) == {1: 10, 2: 5}
    receipts.add({1: 11})
    receipts.add({1: 12})
    assert dict(receipts.take(2 * PAUSE_US - 1)) == {}
    assert dict(receipts.take(2 * PAUSE_US)) == {1: 12}
    assert dict(receipts.take(9 * PAUSE_US)) == {}


def test_at_the_end_nothing_is_held_back() -> None:
    receipts = Receipts()
    receipts.add({1: 10})
    dict(receipts.take(PAUSE_US))
    receipts.add({1: 11})
    assert dict(receipts.take_all()) == {1: 11}
    assert dict(receipts.take_all()) == {}
