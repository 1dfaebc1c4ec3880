"""Composes a replay: history or a file, the registry, the parameters, the engine, and the alerts there were."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from psycopg import Connection
from psycopg.rows import TupleRow

from deploy.exits import DeployError
from deploy.replay_report import (
    Names,
    ReplayReport,
    count_by_building,
    count_by_rule,
    list_differences,
    list_episodes,
)
from ingest.history import Span, narrow, read_alerts, read_history
from ingest.history_file import HistoryFileError, read_history_file
from ingest.store_roster import load_roster
from rules.engine import Engine
from rules.parameters import Parameters
from rules.replay import Replayed, replay
from rules.replay_comparison import Comparison, compare
from schemas.columns import MICROSECONDS
from schemas.database import connect
from schemas.roster import Roster
from schemas.settings import Settings

# Of these rules nothing is stored that they could be judged by again: numbers of messages, and clocks.
NOT_REPLAYED = frozenset({"sequence_gap"})


@dataclass(frozen=True)
class Question:
    """What is to be replayed; `warm_up_us` is how long before the span the engine begins to learn."""

    span: Span
    warm_up_us: int


def replay_tables(settings: Settings, parameters: Parameters, question: Question) -> ReplayReport:
    """Replay a span of the tables and compare it with their alerts."""
    span = question.span
    with _connect(settings) as readings, _connect(settings) as events:
        roster = _read_roster(readings, settings)
        _refuse_unknown(roster, span.buildings or ())
        warm = Span(span.start - question.warm_up_us, span.end, span.buildings)
        narrowed = narrow(roster, span.buildings)
        began = time.perf_counter()
        result = replay(
            Engine(parameters), narrowed, read_history(readings, events, narrowed, warm), span.end
        )
        took = time.perf_counter() - began
        alerts = [alert for alert in read_alerts(readings, span) if alert.key[0] not in NOT_REPLAYED]
    # What began while the engine was learning is not of the span.
    result.episodes = [episode for episode in result.episodes if episode.raised_at >= span.start]
    return _report(result, took, parameters, roster, compare(result.episodes, alerts, span.start))


def replay_file(settings: Settings, parameters: Parameters, path: Path) -> ReplayReport:
    """Replay a file over the sensors that are registered."""
    with _connect(settings) as connection:
        roster = _read_roster(connection, settings)
    began = time.perf_counter()
    try:
        result = replay(Engine(parameters), narrow(roster, ()), read_history_file(path, roster))
    except HistoryFileError as error:
        raise DeployError(str(error)) from error
    return _report(result, time.perf_counter() - began, parameters, roster, None)


def _report(
    result: Replayed, took: float, parameters: Parameters, roster: Roster, comparison: Comparison | None
) -> ReplayReport:
    names = Names(roster)
    return ReplayReport(
        parameters_version=parameters.version,
        readings=result.readings,
        events=result.events,
        seconds=took,
        readings_per_second=result.readings / took,
        raised=len(result.episodes),
        by_rule=count_by_rule(result.episodes),
        by_building=count_by_building(result.episodes, names),
        episodes=list_episodes(result.episodes, names),
        against_alerts=None if comparison is None else list_differences(comparison, names),
    )


def _connect(settings: Settings) -> Connection[TupleRow]:
    return connect(settings.database_url or "", "fengsui replay")


def _read_roster(connection: Connection[TupleRow], settings: Settings) -> Roster:
    return load_roster(connection, Roster.empty(), settings.share)


def _refuse_unknown(roster: Roster, buildings: tuple[str, ...]) -> None:
    unknown = sorted(set(buildings) - roster.buildings.keys())
    if unknown:
        raise DeployError(f"not registered: {', '.join(unknown)}")


def make_span(start: int, end: int, buildings: list[str]) -> Span:
    """A span of microseconds; no building named means all."""
    if end <= start:
        raise DeployError("--to must be later than --from")
    return Span(start, end, tuple(buildings) or None)


def minutes(count: float) -> int:
    """Minutes as microseconds."""
    return round(count * 60 * MICROSECONDS)
