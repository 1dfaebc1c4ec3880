"""Where an alert stands in the order of a list."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from api.alert_question import AlertOrder

# Class, time of the raise, number: the higher, the further in front.
Place = tuple[int, datetime, int]


class Placed(Protocol):
    """Whatever has a place."""

    @property
    def urgency(self) -> int: ...
    @property
    def raised_at(self) -> datetime: ...
    @property
    def alert_id(self) -> int: ...


def place_of(alert: Placed, order: AlertOrder) -> Place:
    """Compares as the columns of the order do in the tables."""
    return (alert.urgency if order is AlertOrder.CLASS else 0, alert.raised_at, alert.alert_id)
