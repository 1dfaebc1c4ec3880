"""The hazards ledger, kept by the conditions of alerts: found, proven mended by the readings since, opened again.

What people do to a hazard (report, assign, say it is mended, dismiss) is written by the API; both write the history.
"""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from ingest.slow.progress import HAZARDS, find_next_hour, note_progress
from rules.catalogue import SLOW_RULES
from rules.hazards.sources import HazardSource, list_sources
from schemas.hazards import TERMS, HazardAction

# What comes back within this time is the same hazard, badly mended.
REOPEN_DAYS = 30
# How long readings have to say whether it is true that something is mended.
CLAIM_HOURS = 1
# An hour in which nothing came proves nothing; a few may be missing.
PROVEN_SHARE = 0.8

CREATE_SOURCES = """
CREATE TEMPORARY TABLE hazard_sources ON COMMIT DROP AS
SELECT * FROM unnest(%s::text[], %s::text[], %s::float8[], %s::text[], %s::integer[], %s::integer[], %s::text[])
    AS source (rule, kind, after_hours, owner, mend_days, proof_hours, note)"""
# The newest alert of those that speak for each hazard.
CREATE_SPEAKING = """
CREATE TEMPORARY TABLE hazards_speaking ON COMMIT DROP AS
SELECT DISTINCT ON (s.kind, a.subject_kind, a.subject_id)
       s.kind, s.owner, s.mend_days, s.note, a.rule, a.alert_id, a.subject_kind, a.subject_id, a.building_id, a.zone_id,
       a.device_id, a.sensor_id
FROM alerts a JOIN hazard_sources s USING (rule)
WHERE COALESCE(a.cleared_at, 'infinity') > to_timestamp(%(at)s / 1e6) AND a.signal_class <> 'test'
  AND a.raised_at <= to_timestamp(%(at)s / 1e6) - s.after_hours * INTERVAL '1 hour'
ORDER BY s.kind, a.subject_kind, a.subject_id, a.alert_id DESC"""
FIND = """
INSERT INTO hazards (kind, rule, alert_id, subject_kind, subject_id, building_id, zone_id, device_id, sensor_id,
                     found_at, found_by, note, owner, due_at)
SELECT kind, rule, alert_id, subject_kind, subject_id, building_id, zone_id, device_id, sensor_id,
       to_timestamp(%(at)s / 1e6), 'rules', note, owner, to_timestamp(%(at)s / 1e6) + mend_days * INTERVAL '1 day'
FROM hazards_speaking p
WHERE NOT EXISTS (
    SELECT FROM hazards h
    WHERE h.kind = p.kind AND h.subject_kind = p.subject_kind AND h.subject_id = p.subject_id AND h.rule IS NOT NULL
      AND COALESCE(h.closed_at, 'infinity') > to_timestamp(%(at)s / 1e6) - %(reopen_days)s * INTERVAL '1 day')
ORDER BY kind, subject_kind, subject_id
RETURNING hazard_id"""
# One that somebody dismissed stays so as long as the alert goes on that it was dismissed with.
REOPEN = """
UPDATE hazards h SET state = 'open', closed_at = NULL, claimed_at = NULL, claimed_by = NULL, proof = NULL,
       rule = p.rule, alert_id = p.alert_id, reopened = h.reopened + 1,
       due_at = to_timestamp(%(at)s / 1e6) + p.mend_days * INTERVAL '1 day'
FROM hazards_speaking p
WHERE h.hazard_id = (
    SELECT hazard_id FROM hazards known
    WHERE known.kind = p.kind AND known.subject_kind = p.subject_kind AND known.subject_id = p.subject_id
      AND known.rule IS NOT NULL
    ORDER BY hazard_id DESC LIMIT 1)
  AND h.closed_at > to_timestamp(%(at)s / 1e6) - %(reopen_days)s * INTERVAL '1 day'
  AND NOT (h.state = 'dismissed' AND h.alert_id = p.alert_id)
RETURNING h.hazard_id"""
CONTRADICT = """
UPDATE hazards h SET state = 'open', claimed_at = NULL, claimed_by = NULL
FROM hazards_speaking p
WHERE h.state = 'claimed' AND h.kind = p.kind AND h.subject_kind = p.subject_kind AND h.subject_id = p.subject_id
  AND h.rule IS NOT NULL AND h.claimed_at <= to_timestamp(%(at)s / 1e6) - %(claim_hours)s * INTERVAL '1 hour'
RETURNING h.hazard_id"""
# Well is what no alert speaks for any more, and what was measured all the while since: silence proves nothing.
SELECT_PROVEN = """
SELECT h.hazard_id, c.cleared_at, p.hours, p.readings, p.least, p.mean, p.most
FROM hazards h
CROSS JOIN LATERAL (SELECT proof_hours FROM hazard_sources s WHERE s.kind = h.kind LIMIT 1) t
CROSS JOIN LATERAL (
    SELECT max(a.cleared_at) AS cleared_at,
           bool_or(COALESCE(a.cleared_at, 'infinity') > to_timestamp(%(at)s / 1e6)) AS speaks
    FROM alerts a JOIN hazard_sources s USING (rule)
    WHERE s.kind = h.kind AND a.subject_kind = h.subject_kind AND a.subject_id = h.subject_id
      AND a.raised_at <= to_timestamp(%(at)s / 1e6)) c
CROSS JOIN LATERAL (
    SELECT count(*) AS sensors FROM sensors s
    WHERE s.sensor_id = h.sensor_id OR h.sensor_id IS NULL AND s.device_id = h.device_id) m
CROSS JOIN LATERAL (
    SELECT count(DISTINCT starts_at) AS hours, COALESCE(sum(good), 0) AS readings, min(least) AS least,
           sum(mean::float8 * good) / sum(good) AS mean, max(most) AS most
    FROM sensors s JOIN reading_hours r USING (sensor_id)
    WHERE (s.sensor_id = h.sensor_id OR h.sensor_id IS NULL AND s.device_id = h.device_id)
      AND r.starts_at >= c.cleared_at AND r.starts_at < to_timestamp(%(at)s / 1e6) AND good > 0) p
WHERE h.closed_at IS NULL AND h.rule IS NOT NULL AND NOT c.speaks
  AND c.cleared_at <= to_timestamp(%(at)s / 1e6) - t.proof_hours * INTERVAL '1 hour'
  AND (m.sensors = 0 OR p.hours >= %(proven_share)s * t.proof_hours)
ORDER BY h.hazard_id"""
MEND = """
UPDATE hazards SET state = 'mended', closed_at = to_timestamp(%(at)s / 1e6), proof = %(proof)s
WHERE hazard_id = %(hazard_id)s"""
INSERT_EVENT = """
INSERT INTO hazard_events (hazard_id, action, at, actor, proof)
VALUES (%s, %s, to_timestamp(%s / 1e6), 'rules', %s)"""


def keep_ledger(connection: Connection[TupleRow]) -> bool:
    """Bring the ledger up to the next hour that is summed up, by what was known of it then; False when it is there."""
    at = find_next_hour(connection, HAZARDS)
    if at is None:
        return False
    with connection.transaction():
        _lay_out_sources(connection, list_sources(SLOW_RULES))
        asked = {
            "at": at,
            "reopen_days": REOPEN_DAYS,
            "claim_hours": CLAIM_HOURS,
            "proven_share": PROVEN_SHARE,
        }
        connection.execute(CREATE_SPEAKING, asked)
        for query, action in (
            (CONTRADICT, HazardAction.CONTRADICTED),
            (REOPEN, HazardAction.REOPENED),
            (FIND, HazardAction.FOUND),
        ):
            for (hazard_id,) in sorted(connection.execute(query, asked).fetchall()):
                connection.execute(INSERT_EVENT, (hazard_id, action, at, None))
        for hazard_id, *figures in connection.execute(SELECT_PROVEN, asked).fetchall():
            proof = Jsonb(_describe_proof(*figures))
            connection.execute(MEND, {"at": at, "proof": proof, "hazard_id": hazard_id})
            connection.execute(INSERT_EVENT, (hazard_id, HazardAction.MENDED, at, proof))
        note_progress(connection, HAZARDS, at)
    return True


def _lay_out_sources(connection: Connection[TupleRow], sources: Iterable[HazardSource]) -> None:
    rows = [_make_row(source) for source in sources]
    connection.execute(CREATE_SOURCES, [list(column) for column in zip(*rows, strict=True)])


def _make_row(source: HazardSource) -> tuple[str, str, float, str, int, int, str | None]:
    terms = TERMS[source.kind]
    named = source.rule_id, source.kind.value, source.after_hours
    return (*named, terms.owner.value, terms.mend_days, terms.proof_hours, source.note)


def _describe_proof(
    cleared_at: object, hours: int, readings: int, least: float | None, mean: float | None, most: float | None
) -> dict[str, str | int | float | None]:
    """What the readings since the condition ended showed; figures in the stored unit."""
    return {
        "well_since": str(cleared_at),
        "hours": hours,
        "readings": int(readings),
        "least": least,
        "mean": mean,
        "most": most,
    }
