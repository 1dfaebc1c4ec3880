"""A kept list beside a list that is sorted anew each time: the same page, whatever changes in whichever order."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import hypothesis
import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from api.alert_facts import AlertFacts, WrittenAlert
from api.alert_lists import AlertKey, FoundAlerts, ListedKey, PageAsked
from api.alert_names import Names
from api.alert_question import AlertOrder, AlertQuestion
from api.kept_list import KeptList
from api.list_membership import make_membership
from api.list_place import place_of
from api.written_alerts import AlertVersion


class KeptBesideAll(RuleBasedStateMachine):
    """One list that takes changes in, beside all alerts there are."""

    @initialize(
        limit=st.integers(1, 4),
        order=st.sampled_from(AlertOrder),
        after=st.none() | st.tuples(st.integers(1, 3), st.integers(0, 9), st.integers(1, 9)),
        alerts=st.lists(st.integers(1, 12), unique=True),
        shape=st.randoms(use_true_random=False),
    )
    def begin(
        self, limit: int, order: AlertOrder, after: tuple[int, int, int] | None, alerts: list[int],
        shape: random.Random,
    ) -> None:  # fmt: skip
        key = after and AlertKey(urgency=after[0], raised_at=make_moment(after[1]), id=after[2])
        self.asked = PageAsked(AlertQuestion(order=order), key, limit)
        self.change_id = 0
        self.all: dict[int, AlertFacts] = {}
        for alert_id in alerts:
            self.all[alert_id] = make_facts(alert_id, shape.randint(1, 3), shape.randint(0, 9), is_open=True)
        self._read()

    @rule(
        alert_id=st.integers(1, 12),
        urgency=st.integers(1, 3),
        second=st.integers(0, 9),
        is_open=st.booleans(),
    )
    def change(self, alert_id: int, urgency: int, second: int, is_open: bool) -> None:
        self.change_id += 1
        facts = make_facts(alert_id, urgency, second, is_open=is_open)
        self.all[alert_id] = facts
        before = self.kept.make_page()
        may_differ = self.kept.take(WrittenAlert(self._version(facts), facts, self._write(facts)))
        assert may_differ or self.kept.make_page() == before

    @invariant()
    def is_what_a_sorted_list_says(self) -> None:
        if not hasattr(self, "kept"):
            return
        if not self.kept.is_certain:
            self._read()
        right = self._list_right()
        page = self.kept.make_page()
        assert page.alerts == [self._write(facts) for facts in right[: self.asked.limit]]
        assert (page.last is not None) == (len(right) > self.asked.limit)
        if page.last:
            assert page.last.id == right[self.asked.limit - 1].alert_id
        assert self.kept.held_bytes <= 40 * 2 * self.asked.read_limit

    def _read(self) -> None:
        found = self._list_right()[: self.asked.read_limit]
        keys = [ListedKey(facts.alert_id, 0, facts.urgency, facts.raised_at) for facts in found]
        alerts = [self._write(facts) for facts in found]
        belongs = make_membership(AlertQuestion(open=True), NO_NAMES, None)
        assert belongs is not None
        has_more = len(found) == self.asked.read_limit
        self.kept = KeptList(self.asked, belongs, FoundAlerts(keys, alerts, has_more, NO_NAMES, None))

    def _list_right(self) -> list[AlertFacts]:
        order, after = self.asked.question.order, self.asked.after
        listed = [facts for facts in self.all.values() if facts.closed_at is None]
        listed.sort(key=lambda facts: place_of(facts, order), reverse=True)
        if after is None:
            return listed
        return [facts for facts in listed if place_of(facts, order) < place_of(after, order)]

    def _version(self, facts: AlertFacts) -> AlertVersion:
        return AlertVersion(facts.alert_id, self.change_id, 1)

    def _write(self, facts: AlertFacts) -> bytes:
        return b"%d %d %s" % (facts.alert_id, facts.urgency, str(facts.raised_at).encode())


NO_NAMES = Names()
TestKeptBesideAll = KeptBesideAll.TestCase
TestKeptBesideAll.settings = hypothesis.settings(max_examples=60, stateful_step_count=30, deadline=None)


def make_moment(second: int) -> datetime:
    return datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC)


def make_facts(alert_id: int, urgency: int, second: int, *, is_open: bool) -> AlertFacts:
    return AlertFacts(
        alert_id=alert_id, urgency=urgency, severity=2, condition="active", rule="smoke_rise", incident_id=1,
        building_id=1, zone_id=None, device_id=None, verdict="none", assigned_to=None, acknowledged_at=None,
        raised_at=make_moment(second), changed_at=None, cleared_at=None,
        closed_at=None if is_open else make_moment(0),
    )  # fmt: skip
