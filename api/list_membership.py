"""Whether a list holds an alert, judged by the alert's own row: the conditions of `AlertQuestion`, said in Python.

A text is left to the database: it is looked for in the names of people, whom only all alerts together know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from api.alert_facts import AlertFacts
from api.alert_lanes import URGENCIES
from api.alert_names import Names
from api.alert_question import AlertQuestion

Membership = Callable[[AlertFacts], bool]


def make_membership(
    question: AlertQuestion, names: Names, buildings: frozenset[int] | None
) -> Membership | None:
    """The judgement for whoever sees `buildings`, None for all; None where a row does not tell.

    `names` hold for one version of the registry, and so does the judgement.
    """
    if question.text:
        return None
    tests = (
        *_ask_choices(question, names, buildings),
        *_ask_state(question),
        *_ask_spans(question),
    )
    return lambda facts: all(test(facts) for test in tests)


def _ask_choices(
    question: AlertQuestion, names: Names, buildings: frozenset[int] | None
) -> Iterator[Membership]:
    places = names.places
    if buildings is not None:
        yield _ask_among("building_id", buildings)
    for column, given, values in (
        ("urgency", question.classes, [URGENCIES[kind] for kind in question.classes]),
        ("severity", question.severities, question.severities),
        ("building_id", question.areas, places.area_building_ids),
        ("building_id", question.buildings, places.building_ids),
        ("zone_id", question.zones, places.zone_ids),
        ("device_id", question.devices, places.device_ids),
        ("rule", question.rules, question.rules),
        ("verdict", question.verdicts, question.verdicts),
        ("incident_id", question.incident, [question.incident]),
        ("condition", question.condition, [question.condition]),
        ("assigned_to", question.assigned, [question.assigned]),
    ):
        if given:
            yield _ask_among(column, frozenset(values))


def _ask_state(question: AlertQuestion) -> Iterator[Membership]:
    if question.open is not None:
        is_open = question.open
        yield lambda facts: (facts.closed_at is None) is is_open
    if question.acknowledged is not None:
        is_acknowledged = question.acknowledged
        yield lambda facts: (facts.acknowledged_at is not None) is is_acknowledged


def _ask_among(column: str, values: frozenset[object]) -> Membership:
    return lambda facts: getattr(facts, column) in values


def _ask_spans(question: AlertQuestion) -> Iterator[Membership]:
    for column, begin, end in (
        ("raised_at", question.raised_from, question.raised_to),
        ("changed_at", question.changed_from, question.changed_to),
        ("cleared_at", question.cleared_from, question.cleared_to),
    ):
        if begin is not None or end is not None:
            yield _ask_span(column, begin, end)


def _ask_span(column: str, begin: datetime | None, end: datetime | None) -> Membership:
    def lies_within(facts: AlertFacts) -> bool:
        moment = getattr(facts, column)
        return moment is not None and (begin is None or moment >= begin) and (end is None or moment < end)

    return lies_within
