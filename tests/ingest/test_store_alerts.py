"""Changes of conditions in the tables: colours, reasons, declared windows, one open episode a subject."""

from __future__ import annotations

import math
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow

from ingest.known_conditions import read_conditions
from ingest.store_alerts import apply_changes, write_catalogue
from rules.catalogue import CATALOGUE
from rules.changes import Change, ChangeKind, Part, Subject
from schemas.domain import Severity, SubjectKind
from schemas.settings import Settings

AT = 1_795_420_800_000_000
SECOND = 1_000_000
RULE = next(rule for rule in CATALOGUE if rule.id == "smoke_level_alarm")
LIKE_RULE = next(rule for rule in CATALOGUE if rule.id == "heat_fixed_alarm")
ZONE = Subject(SubjectKind.ZONE, 1, building_id=1, zone_id=1, device_id=None, sensor_id=None)
BUILDING = Subject(SubjectKind.BUILDING, 1, building_id=1, zone_id=None, device_id=None, sensor_id=None)
DECLARE = """
INSERT INTO maintenance_windows (kind, building_id, starts_at, ends_at, reason, declared_by)
VALUES ('drill', 1, now(), now() + INTERVAL '2 hours', '季度演练', '王') RETURNING scope_id"""


@pytest.fixture
def tables(registry: Settings, database: psycopg.Connection) -> psycopg.Connection:
    with database.cursor() as cursor:
        write_catalogue(cursor, CATALOGUE)
    return database


def change(
    kind: ChangeKind,
    seconds: int = 0,
    severity: Severity = Severity.YELLOW,
    *,
    subject: Subject = ZONE,
    scope_id: int | None = None,
    parts: tuple[Part, ...] = (),
) -> Change:
    return Change(kind, RULE, subject, AT + seconds * SECOND, severity, parts=parts, scope_id=scope_id)


def apply(tables: psycopg.Connection, *changes: Change, belated: bool = False, version: str = "v1") -> None:
    with tables.transaction(), tables.cursor() as cursor:
        apply_changes(cursor, changes, version, belated=belated)


def read_alert(tables: psycopg.Connection) -> tuple[object, ...]:
    row = tables.execute(
        "SELECT signal_class, severity, severity_peak, condition, scope_id FROM alerts ORDER BY alert_id DESC LIMIT 1"
    ).fetchone()
    assert row is not None
    return row


def read_history(tables: psycopg.Connection) -> list[tuple[str, int]]:
    return tables.execute("SELECT action, severity FROM alert_events ORDER BY change_id").fetchall()


def declare(tables: psycopg.Connection) -> int:
    row = tables.execute(DECLARE).fetchone()
    assert row is not None
    return int(row[0])


class Asking(psycopg.Cursor[TupleRow]):
    """Counts the statements whose answer is waited for before the next one is sent."""

    waits = 0

    def execute(self, *args: Any, **options: Any) -> Asking:
        self.waits += 1
        return super().execute(*args, **options)

    def executemany(self, *args: Any, **options: Any) -> None:
        self.waits += 1
        super().executemany(*args, **options)


def device(number: int) -> Subject:
    """Subjects of alerts are not looked up; there may be any number of them."""
    return Subject(SubjectKind.DEVICE, number, building_id=1, zone_id=None, device_id=None, sensor_id=None)


def test_a_thousand_devices_that_fall_silent_and_come_back_at_once_are_few_round_trips(
    tables: psycopg.Connection,
) -> None:
    for kind, condition in ((ChangeKind.RAISE, "active"), (ChangeKind.CLEAR, "cleared")):
        cursor = Asking(tables)
        apply_changes(cursor, [change(kind, subject=device(number)) for number in range(1000)], "v1")
        assert cursor.waits == 3
        counted = tables.execute("SELECT condition, count(*) FROM alerts GROUP BY 1").fetchall()
        assert counted == [(condition, 1000)]
    assert len(read_history(tables)) == 2000


@pytest.mark.parametrize("seed", range(4))
def test_changes_together_are_the_same_history_as_one_after_the_other(
    tables: psycopg.Connection, seed: int
) -> None:
    chance = random.Random(seed)
    scopes = (None, None, declare(tables))
    changes = [
        change(
            chance.choice(list(ChangeKind)),
            second,
            chance.choice(list(Severity)),
            subject=device(chance.randrange(3)),
            scope_id=chance.choice(scopes),
        )
        for second in range(60)
    ]
    apply(tables, *changes)
    for one in changes:
        apply(tables, one._replace(rule=LIKE_RULE))
    together = read_episodes(tables, RULE.id)
    assert read_episodes(tables, LIKE_RULE.id) == together
    assert len(together) == 3


def read_episodes(tables: psycopg.Connection, rule: str) -> dict[int, list[tuple[object, ...]]]:
    """Of each subject of a rule, everything that its alerts and their histories say, in order."""
    episodes: dict[int, list[tuple[object, ...]]] = {}
    for subject_id, *said in tables.execute(
        "SELECT subject_id, signal_class, severity_peak, raised_at, cleared_at, closed_at IS NULL, a.scope_id,"
        " e.action, e.at, e.severity, e.scope_id FROM alerts a JOIN alert_events e USING (alert_id)"
        " WHERE rule = %s ORDER BY e.change_id",
        (rule,),
    ):
        episodes.setdefault(subject_id, []).append(tuple(said))
    return episodes


def test_an_alert_may_be_about_a_zone_or_a_building(tables: psycopg.Connection) -> None:
    apply(tables, change(ChangeKind.RAISE), change(ChangeKind.RAISE, subject=BUILDING))
    rows = tables.execute("SELECT subject_kind, zone_id, device_id FROM alerts ORDER BY alert_id").fetchall()
    assert rows == [("zone", 1, None), ("building", None, None)]


def test_a_colour_rises_and_falls_and_its_peak_stays(tables: psycopg.Connection) -> None:
    apply(tables, change(ChangeKind.RAISE), change(ChangeKind.SEVERITY, 5, Severity.RED))
    assert read_alert(tables)[1:3] == (Severity.RED, Severity.RED)
    apply(tables, change(ChangeKind.SEVERITY, 9, Severity.ORANGE))
    assert read_alert(tables)[1:3] == (Severity.ORANGE, Severity.RED)
    assert read_history(tables) == [("raised", 3), ("escalated", 1), ("de_escalated", 2)]


def test_the_same_colour_again_and_a_colour_of_nothing_open_write_nothing(tables: psycopg.Connection) -> None:
    apply(tables, change(ChangeKind.SEVERITY, 0, Severity.RED))
    apply(tables, change(ChangeKind.RAISE, 1), change(ChangeKind.SEVERITY, 2))
    assert read_history(tables) == [("raised", 3)]


def test_a_raise_of_what_is_active_makes_it_graver_and_never_milder(tables: psycopg.Connection) -> None:
    apply(tables, change(ChangeKind.RAISE, 0, Severity.ORANGE))
    apply(tables, change(ChangeKind.RAISE, 1, Severity.YELLOW), change(ChangeKind.RAISE, 2, Severity.RED))
    assert read_history(tables) == [("raised", 2), ("escalated", 1)]
    assert tables.execute("SELECT count(*) FROM alerts").fetchone() == (1,)


def test_a_cleared_episode_that_comes_back_takes_its_new_colour_and_keeps_its_peak(
    tables: psycopg.Connection,
) -> None:
    apply(tables, change(ChangeKind.RAISE, 0, Severity.RED), change(ChangeKind.CLEAR, 1, Severity.RED))
    apply(tables, change(ChangeKind.RAISE, 2, Severity.YELLOW))
    assert read_alert(tables)[1:4] == (Severity.YELLOW, Severity.RED, "active")
    assert [action for action, _ in read_history(tables)] == ["raised", "cleared", "reactivated"]


def test_after_it_was_closed_a_raise_opens_a_new_episode(tables: psycopg.Connection) -> None:
    apply(tables, change(ChangeKind.RAISE))
    tables.execute("UPDATE alerts SET verdict = 'false_alarm'")
    apply(tables, change(ChangeKind.CLEAR, 5), change(ChangeKind.RAISE, 9))
    rows = tables.execute("SELECT closed_at IS NULL, condition FROM alerts ORDER BY alert_id").fetchall()
    assert rows == [(False, "cleared"), (True, "active")]


def test_an_old_spool_does_not_paint_over_a_newer_colour(tables: psycopg.Connection) -> None:
    apply(tables, change(ChangeKind.RAISE), change(ChangeKind.SEVERITY, 60, Severity.RED))
    apply(tables, change(ChangeKind.SEVERITY, 30, Severity.ORANGE), belated=True)
    assert read_alert(tables)[1] == Severity.RED
    apply(tables, change(ChangeKind.SEVERITY, 90, Severity.ORANGE), belated=True)
    assert read_alert(tables)[1] == Severity.ORANGE


def test_within_a_drill_an_alert_is_of_class_test_with_its_own_colour(tables: psycopg.Connection) -> None:
    scope_id = declare(tables)
    apply(tables, change(ChangeKind.RAISE, 0, Severity.RED, scope_id=scope_id))
    assert read_alert(tables) == ("test", Severity.RED, Severity.RED, "active", scope_id)
    assert tables.execute("SELECT scope_id FROM alert_events").fetchall() == [(scope_id,)]


@pytest.mark.parametrize("kind", [ChangeKind.RAISE, ChangeKind.SEVERITY])
def test_what_goes_on_outside_of_the_drill_breaks_through(
    tables: psycopg.Connection, kind: ChangeKind
) -> None:
    scope_id = declare(tables)
    apply(tables, change(ChangeKind.RAISE, scope_id=scope_id))
    apply(tables, change(kind, 5, Severity.RED))
    assert read_alert(tables) == ("fire", Severity.RED, Severity.RED, "active", None)
    assert read_history(tables) == [("raised", 3), ("escalated", 1), ("broke_through", 1)]


def test_what_merely_outlasts_its_drill_breaks_through_unless_somebody_has_ruled_on_it(
    tables: psycopg.Connection,
) -> None:
    scope = declare(tables)
    apply(tables, *(change(ChangeKind.RAISE, subject=one, scope_id=scope) for one in (ZONE, BUILDING)))
    with tables.cursor() as cursor:
        assert [known.scope_id for known in read_conditions(cursor, ["B1"])] == [scope, scope]
    tables.execute(
        "UPDATE alerts SET verdict = 'drill', verdict_at = now(), verdict_by = '王' WHERE subject_kind = 'building'"
    )
    apply(tables, *(change(ChangeKind.SEVERITY, 90, subject=one) for one in (ZONE, BUILDING)))
    rows = tables.execute("SELECT subject_kind, signal_class FROM alerts ORDER BY alert_id").fetchall()
    assert rows == [("zone", "fire"), ("building", "test")]
    assert [action for action, _ in read_history(tables)] == ["raised", "raised", "broke_through"]
    with tables.cursor() as cursor:
        scopes = {known.subject_kind: known.scope_id for known in read_conditions(cursor, ["B1"])}
    assert scopes == {SubjectKind.ZONE: None, SubjectKind.BUILDING: scope}


def test_a_fire_that_was_raised_before_a_drill_stays_a_fire(tables: psycopg.Connection) -> None:
    apply(tables, change(ChangeKind.RAISE), change(ChangeKind.CLEAR, 1))
    apply(tables, change(ChangeKind.RAISE, 2, scope_id=declare(tables)))
    assert read_alert(tables)[0] == "fire"


def test_reasons_and_the_version_of_the_parameters_are_kept_with_alert_and_history(
    tables: psycopg.Connection,
) -> None:
    parts = (Part("烟雾", "smoke", 2.5), Part("相邻", "neighbour", math.nan))
    apply(tables, change(ChangeKind.RAISE, parts=parts), version="abc")
    apply(tables, change(ChangeKind.SEVERITY, 3, Severity.RED)._replace(parts=parts[:1]), version="def")
    smoke = {"text_zh": "烟雾", "text_en": "smoke", "points": 2.5}
    rows = tables.execute("SELECT parameters_version, parts FROM alert_events ORDER BY change_id").fetchall()
    assert rows == [
        ("abc", [smoke, {"text_zh": "相邻", "text_en": "neighbour", "points": None}]),
        ("def", [smoke]),
    ]
    assert tables.execute("SELECT parameters_version, parts FROM alerts").fetchall() == [("def", [smoke])]


def test_what_is_known_of_a_condition_says_its_colour(tables: psycopg.Connection) -> None:
    apply(tables, change(ChangeKind.RAISE), change(ChangeKind.SEVERITY, 5, Severity.RED))
    with tables.cursor() as cursor:
        (known,) = read_conditions(cursor, ["B1"])
    assert (known.active, known.severity, known.at) == (True, Severity.RED, AT)


def test_the_numbers_of_a_rule_stand_in_the_catalogue_of_the_tables(tables: psycopg.Connection) -> None:
    stored = dict(tables.execute("SELECT rule, parameters FROM rules").fetchall())
    for rule in CATALOGUE:
        assert [one["name"] for one in stored[rule.id]] == [one.name for one in rule.parameters]


def test_eight_raises_of_one_alert_at_once_are_one_episode_and_nobody_gets_an_error(
    tables: psycopg.Connection, settings: Settings
) -> None:
    together = threading.Barrier(8)

    def raise_at_once(_: int) -> None:
        assert settings.database_url
        with psycopg.connect(settings.database_url, autocommit=True) as connection:
            together.wait(30)
            apply(connection, change(ChangeKind.RAISE))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(raise_at_once, range(8)))
    assert tables.execute("SELECT count(*) FROM alerts").fetchone() == (1,)
    assert read_history(tables) == [("raised", Severity.YELLOW)]
