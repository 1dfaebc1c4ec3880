"""What a replay came to, for people and for scripts."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from rules.replay import Episode, Key
from rules.replay_comparison import Comparison
from schemas.domain import Severity, SubjectKind
from schemas.roster import Roster

MOST_SHOWN = 20


class Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class EpisodeEntry(Shown):
    """One alert or episode; `was` is the colour it had, where that is another."""

    rule: str
    subject: str
    raised_at: datetime
    severity: str
    cleared_at: datetime | None = None
    was: str | None = None


class Differences(Shown):
    """Beside the alerts of the tables for the same span."""

    same: int
    new: list[EpisodeEntry]
    missing: list[EpisodeEntry]
    other_colour: list[EpisodeEntry]


class ReplayReport(Shown):
    """Everything `replay --json` writes; `against_alerts` is null for a file, which has no alerts beside it."""

    parameters_version: str
    readings: int
    events: int
    seconds: float
    readings_per_second: float
    raised: int
    by_rule: dict[str, dict[str, int]]
    by_building: dict[str, int]
    episodes: list[EpisodeEntry]
    against_alerts: Differences | None


class Names:
    """What subjects are called: building, device and channel, or building and zone, by their codes."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._zones = {zone_id: slot for slot, zone_id in enumerate(roster.zones["zone_id"].tolist())}
        self._sites = {site_id: slot for slot, site_id in enumerate(roster.sites["building_id"].tolist())}

    def building(self, building_id: int) -> str:
        slot = self._sites.get(building_id)
        return str(building_id) if slot is None else self._roster.site_codes[slot]

    def subject(self, key: Key) -> str:
        roster, (_, kind, subject_id) = self._roster, key
        if kind is SubjectKind.BUILDING:
            return self.building(subject_id)
        if kind is SubjectKind.ZONE:
            slot = self._zones[subject_id]
            return f"{roster.site_codes[roster.zones['building_slot'][slot]]}/{roster.zone_codes[slot]}"
        if kind is SubjectKind.DEVICE:
            return "/".join(roster.codes[roster.device_slots[subject_id]])
        slot = roster.sensor_slots[subject_id]
        return f"{'/'.join(roster.codes[roster.sensors['device_slot'][slot]])}/{roster.channels[slot]}"


def list_episodes(episodes: list[Episode], names: Names) -> list[EpisodeEntry]:
    return [
        EpisodeEntry(
            rule=episode.rule_id,
            subject=names.subject(episode.key),
            raised_at=_moment(episode.raised_at),
            severity=episode.severity.name.lower(),
            cleared_at=None if episode.cleared_at is None else _moment(episode.cleared_at),
        )
        for episode in episodes
    ]


def count_by_rule(episodes: list[Episode]) -> dict[str, dict[str, int]]:
    """How many of each colour, by rule."""
    counts: dict[str, dict[str, int]] = {}
    for episode in episodes:
        colours = counts.setdefault(episode.rule_id, {})
        colour = episode.severity.name.lower()
        colours[colour] = colours.get(colour, 0) + 1
    return dict(sorted(counts.items()))


def count_by_building(episodes: list[Episode], names: Names) -> dict[str, int]:
    """How many, by building, those with most first."""
    return dict(Counter(names.building(episode.building_id) for episode in episodes).most_common())


def list_differences(comparison: Comparison, names: Names) -> Differences:
    def show(key: Key, at: int, severity: Severity, was: Severity | None = None) -> EpisodeEntry:
        return EpisodeEntry(
            rule=key[0],
            subject=names.subject(key),
            raised_at=_moment(at),
            severity=severity.name.lower(),
            was=None if was is None else was.name.lower(),
        )

    return Differences(
        same=len(comparison.same),
        new=list_episodes(comparison.new, names),
        missing=[show(alert.key, alert.raised_at, alert.severity) for alert in comparison.missing],
        other_colour=[
            show(alert.key, alert.raised_at, severity, alert.severity)
            for alert, severity in comparison.other_colour
        ],
    )


def describe_report(report: ReplayReport) -> list[str]:
    """The report as lines of text."""
    lines = [
        f"{report.readings:,} readings and {report.events:,} events in {report.seconds:.1f} s "
        f"({report.readings_per_second:,.0f} readings/s), parameters {report.parameters_version}",
        f"would raise {report.raised:,}",
    ]
    lines += [
        f"  {rule}: {', '.join(f'{count} {colour}' for colour, count in colours.items())}"
        for rule, colours in report.by_rule.items()
    ]
    if report.by_building:
        shown = list(report.by_building.items())[:MOST_SHOWN]
        lines.append("by building: " + ", ".join(f"{code} {count}" for code, count in shown))
    if report.against_alerts is not None:
        lines += _describe_differences(report.against_alerts)
    return lines


def _describe_differences(found: Differences) -> list[str]:
    lines = [
        f"beside the alerts there were: {found.same} the same, {len(found.new)} new, "
        f"{len(found.missing)} missing, {len(found.other_colour)} of another colour"
    ]
    for word, entries in (("new", found.new), ("missing", found.missing), ("colour", found.other_colour)):
        for entry in entries[:MOST_SHOWN]:
            was = f", was {entry.was}" if entry.was else ""
            at = entry.raised_at.isoformat(timespec="seconds")
            lines.append(f"  {word}: {entry.rule} {entry.subject} {at} {entry.severity}{was}")
        if len(entries) > MOST_SHOWN:
            lines.append(f"  {word}: and {len(entries) - MOST_SHOWN} more; --json has them all")
    return lines


def _moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1e6, UTC)
