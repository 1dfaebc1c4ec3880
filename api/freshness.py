"""How fresh an answer is, so that an empty list can never be mistaken for a dead pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.connections import Connection, fetch_one
from api.moments import Moment, format_moment

# Ten missed beats; a worker writes one a second.
HEARTBEAT_MAX_SECONDS = 10.0
LAG_MAX_SECONDS = 10.0

# `as_of` is before the server took the snapshot that it looks at, so that what was committed by then is in it.
# `version` moves whenever something else than an alert changes what a list of alerts shows.
SELECT_FRESHNESS = """
SELECT transaction_timestamp() AS as_of,
       (SELECT last_id FROM change_counter) AS change_id,
       (SELECT version FROM registry_version)
           # (SELECT COALESCE(bit_xor(hashtextextended(
               concat_ws(E'\n', r.rule, r.title_zh, r.title_en, r.advice_zh, r.advice_en), 0)), 0)
              FROM rules r) AS version,
       count(*) AS workers,
       count(*) FILTER (WHERE alive) AS workers_alive,
       count(*) FILTER (WHERE alive AND broker_connected) AS workers_connected,
       max(EXTRACT(epoch FROM clock_timestamp() - heartbeat_at))::float8 AS heartbeat_age_seconds,
       max(lag_seconds) FILTER (WHERE alive) AS lag_seconds,
       max(last_commit_at) AS last_commit_at,
       COALESCE(sum(messages_per_second) FILTER (WHERE alive), 0) AS messages_per_second,
       COALESCE(sum(readings_per_second) FILTER (WHERE alive), 0) AS readings_per_second,
       COALESCE(string_agg(worker, ', ' ORDER BY worker) FILTER (WHERE NOT alive), '') AS silent_workers,
       COALESCE(string_agg(worker || ': ' || broker_note, '; ' ORDER BY worker)
                FILTER (WHERE alive AND broker_note <> ''), '') AS broker_note,
       COALESCE(sum(spool_batches) FILTER (WHERE alive), 0)::bigint AS spool_batches,
       COALESCE(string_agg(worker || ': ' || spool_note, '; ' ORDER BY worker)
                FILTER (WHERE alive AND spool_note <> ''), '') AS spool_note,
       (SELECT count(*) FROM (
           SELECT subject_id FROM alerts
           WHERE closed_at IS NULL AND condition = 'active' AND subject_kind = 'device'
             AND rule IN ('device_silent', 'gateway_silent')
           UNION
           -- What stands beneath a silent gateway is as unknown; its silence is told once.
           SELECT beneath.device_id FROM alerts a JOIN devices beneath ON beneath.gateway_id = a.subject_id
           WHERE a.closed_at IS NULL AND a.condition = 'active' AND a.subject_kind = 'device'
             AND a.rule = 'gateway_silent') silent) AS silent_devices
FROM (SELECT *, heartbeat_at > clock_timestamp() - make_interval(secs => %(heartbeat_max)s) AS alive
      FROM workers) w"""


FRESHNESS_PARAMS = {"heartbeat_max": HEARTBEAT_MAX_SECONDS}


class PipelineState(StrEnum):
    """``running``: all workers are. ``stale``: some are not, or lag. ``down``: none runs. ``empty``: none ever did."""

    RUNNING = "running"
    STALE = "stale"
    DOWN = "down"
    EMPTY = "empty"


class BrokerLink(StrEnum):
    """Whether the workers that run hear the broker: all, some, none; unknown when none runs."""

    CONNECTED = "connected"
    PARTLY = "partly"
    DISCONNECTED = "disconnected"
    UNKNOWN = "unknown"


class Pipeline(BaseModel):
    """Whether what sensors say reaches the tables."""

    model_config = ConfigDict(frozen=True)

    state: PipelineState
    note: str = Field(description="Why it is not running, or what a worker's spool has lost; else empty")
    lag_seconds: float | None = Field(description="Oldest message not yet committed; null when unknown")
    heartbeat_age_seconds: float | None = Field(description="Of the worker heard longest ago")
    last_commit_at: Moment | None
    database: Literal["up"] = Field("up", description="Nothing is answered out of a database that is down")
    broker: BrokerLink
    spool_batches: int = Field(description="Batches that wait on workers' disks for the database")
    silent_devices: int = Field(
        description="Devices of which nothing is known: what they would say is missing here"
    )


@dataclass(frozen=True)
class Freshness:
    """One look at the counters and the workers, older than whatever is read after it."""

    as_of: datetime
    change_id: int
    version: int
    workers: int
    workers_alive: int
    workers_connected: int
    heartbeat_age_seconds: float | None
    lag_seconds: float | None
    last_commit_at: datetime | None
    messages_per_second: float
    readings_per_second: float
    silent_workers: str
    broker_note: str
    spool_batches: int
    spool_note: str
    silent_devices: int

    @property
    def pipeline(self) -> Pipeline:
        state, note = self._judge()
        return Pipeline(
            state=state,
            note=note,
            lag_seconds=self.lag_seconds,
            heartbeat_age_seconds=self.heartbeat_age_seconds,
            last_commit_at=self.last_commit_at,
            broker=self.broker,
            spool_batches=self.spool_batches,
            silent_devices=self.silent_devices,
        )

    @property
    def broker(self) -> BrokerLink:
        if not self.workers_alive:
            return BrokerLink.UNKNOWN
        if not self.workers_connected:
            return BrokerLink.DISCONNECTED
        return BrokerLink.CONNECTED if self.workers_connected == self.workers_alive else BrokerLink.PARTLY

    @property
    def headers(self) -> dict[str, str]:
        """What every answer carries, a 304 too."""
        return {
            "Fengsui-As-Of": format_moment(self.as_of),
            "Fengsui-Pipeline": self._judge()[0],
            "Fengsui-Silent-Devices": str(self.silent_devices),
            "Cache-Control": "no-cache",
        }

    def _judge(self) -> tuple[PipelineState, str]:
        if not self.workers:
            return PipelineState.EMPTY, "no ingest worker has ever run on this database"
        if not self.workers_alive:
            return PipelineState.DOWN, f"no sign of life for {self.heartbeat_age_seconds:.0f} s"
        if self.workers_alive < self.workers:
            return PipelineState.STALE, f"no sign of life from {self.silent_workers}"
        if self.workers_connected < self.workers:
            return PipelineState.STALE, f"no connection to the broker ({self.broker_note})"
        if (self.lag_seconds or 0.0) > LAG_MAX_SECONDS:
            return PipelineState.STALE, f"{self.lag_seconds:.0f} s behind"
        if self.spool_batches:
            return PipelineState.STALE, f"the database was away ({self.spool_note})"
        return PipelineState.RUNNING, self.spool_note


async def read_freshness(connection: Connection) -> Freshness:
    """Look now. Read it *before* the rows it is to vouch for: they are then at least as fresh as it says.

    In a transaction of one snapshot it comes first of all, and what is read after it is exactly of its `change_id`.
    """
    found = await fetch_one(connection, SELECT_FRESHNESS, FRESHNESS_PARAMS, Freshness)
    assert found is not None
    return found


class Answer(BaseModel):
    """What the body of every list begins with."""

    model_config = ConfigDict(frozen=True)

    as_of: Moment = Field(description="Everything committed before this time is in this answer")
    pipeline: Pipeline
