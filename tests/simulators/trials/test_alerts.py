"""What counts as a fire, a warning, a note and a red, and what a change of colour adds."""

from __future__ import annotations

import pytest

from rules.catalogue import CATALOGUE
from rules.changes import Change, ChangeKind, Subject
from schemas.domain import Severity, SignalClass, SubjectKind
from simulators.trials.alerts import Alert, Colours

RULES = {rule.id: rule for rule in CATALOGUE}
FIRE, WARNING = RULES["smoke_level_alarm"], RULES["smoke_prealarm"]
RAISE, RECOLOUR, CLEAR = ChangeKind.RAISE, ChangeKind.SEVERITY, ChangeKind.CLEAR
RED, ORANGE, YELLOW, BLUE = Severity.RED, Severity.ORANGE, Severity.YELLOW, Severity.BLUE
SUBJECT = Subject(SubjectKind.ZONE, 7, 1, 7, None, None)


def follow(rule_id: str, *steps: tuple[ChangeKind, Severity]) -> list[Alert]:
    changes = [
        Change(kind, RULES[rule_id], SUBJECT, at, severity) for at, (kind, severity) in enumerate(steps)
    ]
    return list(Colours().follow(changes, now=10))


def test_a_raised_fire_is_a_fire_of_any_colour() -> None:
    for severity in Severity:
        (alert,) = follow(FIRE.id, (RAISE, severity))
        assert alert.is_fire
        assert alert.warns
        assert alert.turns_red == (severity is RED)


def test_a_blue_warning_is_a_note_and_no_warning() -> None:
    (alert,) = follow(WARNING.id, (RAISE, BLUE))
    assert alert.is_note
    assert not alert.warns


def test_a_note_that_turns_yellow_is_a_warning_from_then_on() -> None:
    note, lifted = follow(WARNING.id, (RAISE, BLUE), (RECOLOUR, YELLOW))
    assert note.is_note
    assert lifted.is_warning
    assert not lifted.is_note


def test_a_warning_is_counted_once_however_its_colour_changes() -> None:
    alerts = follow(WARNING.id, (RAISE, YELLOW), (RECOLOUR, ORANGE), (RECOLOUR, YELLOW), (CLEAR, YELLOW))
    assert [alert.is_warning for alert in alerts] == [True, False]


def test_a_fire_that_turns_red_is_one_fire_and_one_red() -> None:
    alerts = follow(FIRE.id, (RAISE, ORANGE), (RECOLOUR, RED))
    assert sum(alert.is_fire for alert in alerts) == 1
    assert sum(alert.turns_red for alert in alerts) == 1


def test_after_a_clear_it_is_counted_again() -> None:
    alerts = follow(WARNING.id, (RAISE, YELLOW), (CLEAR, YELLOW), (RAISE, YELLOW))
    assert [alert.is_warning for alert in alerts] == [True, True]


@pytest.mark.parametrize(("names", "concerned"), [("LOCATION-A and LOCATION-B", True), ("LOCATION-C", False)])
def test_an_alert_of_a_building_concerns_the_zones_that_it_names(names: str, concerned: bool) -> None:
    alert = Alert(0, "fire_multi_floor", SignalClass.FIRE, RED, None, 1, None, None, names)
    assert alert.concerns(5, "LOCATION-A") == concerned
