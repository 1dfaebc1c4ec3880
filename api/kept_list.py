"""A page of a list that is kept true by the feed of changes, so that a change costs one alert and not the whole list.

```
page asked for │ some more, to move up │ beyond the edge: not known
```
An alert that changes is taken out, and put where it belongs now if that is within the edge. What lies beyond it never
matters until so many have left that the page might lack one; then the tables are asked again.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from itertools import islice

from api.alert_facts import WrittenAlert
from api.alert_lists import AlertPage, FoundAlerts, PageAsked, key_of
from api.list_membership import Membership
from api.list_place import Place, Placed, place_of

# A list in a storm of alerts grows to so many times of what it was read with before its end is dropped.
MOST_GROWTH = 2


@dataclass(frozen=True, slots=True)
class _Held:
    alert: Placed
    json: bytes


class KeptList:
    """What the database would answer as of the last change taken in.

    Parameters
    ----------
    asked
        Which page; what lies before its cursor does not belong to it.
    belongs
        Whether the list has an alert, on whichever page.
    found
        The page, and what was read of the alerts behind it.
    """

    def __init__(self, asked: PageAsked, belongs: Membership, found: FoundAlerts) -> None:
        self._asked = asked
        self._belongs = belongs
        self._order = asked.question.order
        self._begin = None if asked.after is None else place_of(asked.after, self._order)
        self._room = len(found.keys)
        self._held = {
            key.alert_id: _Held(key, json) for key, json in zip(found.keys, found.alerts, strict=True)
        }
        # Ascending, as bisect wants it: the list is read from its end.
        self._places = sorted(place_of(key, self._order) for key in found.keys)
        self._edge = self._places[0] if found.has_more else None
        self.held_bytes = sum(map(len, found.alerts))

    @property
    def is_certain(self) -> bool:
        """Whether the page lacks nothing, and whether another one follows is known."""
        return self._edge is None or len(self._places) > self._asked.limit

    def take(self, written: WrittenAlert) -> bool:
        """Take in an alert as it is now; True when the page may be another for it."""
        facts = written.facts
        was_held = self._remove(facts.alert_id)
        place = place_of(facts, self._order)
        if not self._is_within(place) or not self._belongs(facts):
            return was_held
        self._held[facts.alert_id] = _Held(facts, written.json)
        self.held_bytes += len(written.json)
        insort(self._places, place)
        if len(self._places) > MOST_GROWTH * max(self._room, self._asked.limit + 1):
            self._drop_end()
        return True

    def make_page(self) -> AlertPage:
        held = [self._held[place[2]] for place in islice(reversed(self._places), self._asked.limit)]
        has_more = len(self._places) > self._asked.limit
        return AlertPage([one.json for one in held], key_of(held[-1].alert) if has_more else None, None)

    def _is_within(self, place: Place) -> bool:
        is_begun = self._begin is None or place < self._begin
        return is_begun and (self._edge is None or place >= self._edge)

    def _remove(self, alert_id: int) -> bool:
        held = self._held.pop(alert_id, None)
        if held is None:
            return False
        self.held_bytes -= len(held.json)
        del self._places[bisect_left(self._places, place_of(held.alert, self._order))]
        return True

    def _drop_end(self) -> None:
        n_dropped = len(self._places) - max(self._room, self._asked.limit + 1)
        for place in self._places[:n_dropped]:
            self.held_bytes -= len(self._held.pop(place[2]).json)
        del self._places[:n_dropped]
        self._edge = self._places[0]
