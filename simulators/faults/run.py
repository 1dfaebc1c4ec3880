"""One run: a fresh database and topic space, load, a fault at a seeded instant, and the comparison."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from schemas.migrations import apply_migrations
from schemas.registry import import_records
from schemas.settings import Settings
from simulators.faults.load import (
    MESSAGES_PER_SECOND,
    BarePublisher,
    Carrier,
    GatewayCarrier,
    Load,
    to_rows,
)
from simulators.faults.proxy import Proxy
from simulators.faults.scene import Fault, Scene, Servers, bring_back, connect
from simulators.faults.town import CHANNELS, Town, make_records
from simulators.faults.verdict import Verdict, count_stored, judge
from simulators.faults.worker import WorkerProcess

READY_SECONDS = 30.0
DRAIN_SECONDS = 90.0
RECOVERY_LIMIT_SECONDS = 30.0
# Half a second of load under way is the normal state of affairs.
NORMAL_BACKLOG = MESSAGES_PER_SECOND * len(CHANNELS) // 2
# A worker that has just been started shows no backlog yet.
CALM_SECONDS = 2.0
_POLL_SECONDS = 0.2
_BEGAN = "SELECT count(*) FROM workers WHERE broker_connected"


def run_fault(
    fault: Fault, seed: int, servers: Servers, settings: Settings, *, readings: int, scale: float = 1.0
) -> Verdict:
    """Run one fault once.

    Parameters
    ----------
    settings
        Where database and broker are, and a folder for what the run leaves behind.
    readings
        The least number of readings; the load lasts at least as long as the fault.
    scale
        Factor on how long the fault lasts.
    """
    bring_back(servers.database)
    bring_back(servers.broker)
    verdict = Verdict(fault.name, seed, fault.strict)
    with _own_space(settings) as own, ExitStack() as cleanup:
        town, rng = Town(seed), random.Random(f"{fault.name} {seed}")
        import_records(own.database_url or "", list(make_records()))
        wire = _lay_wire(fault, own)
        if wire is not None:
            cleanup.callback(wire.close)
        worker = _make_worker(fault, servers, own, wire, "worker")
        second = _make_worker(fault, servers, own, wire, "second")
        cleanup.callback(worker.kill)
        cleanup.callback(second.kill)
        worker.start()
        _wait_until_ready(own)
        carrier: Carrier = GatewayCarrier(own, own.data_dir, rng) if fault.receipts else BarePublisher(own)
        cleanup.callback(carrier.close)
        load = Load(town, carrier, readings)
        scene = Scene(servers, own, worker, second, load, wire, rng, scale)
        load.start()
        load.wait_for_share(rng.uniform(0.15, 0.6))
        _strike(fault, scene)
        _recover(scene, carrier, verdict)
        verdict.complaints += scene.notes
        with connect(own) as connection:
            alerts = [*town.expected_alerts, *scene.declared]
            judge(connection, verdict, alerts, to_rows(carrier.promised), to_rows(load.produced))
    if verdict.redelivered and not fault.redelivers:
        verdict.complaints.append(f"{verdict.redelivered} readings came again")
    return verdict


def _strike(fault: Fault, scene: Scene) -> None:
    try:
        fault.strike(scene)
    finally:
        bring_back(scene.servers.database)
        bring_back(scene.servers.broker)


def _recover(scene: Scene, carrier: Carrier, verdict: Verdict) -> None:
    """Wait for normal lag under load, then let the load end and the rest drain."""
    with connect(scene.settings) as connection:
        # Where a loss is to be expected the backlog never closes, and tells nothing.
        if verdict.strict:
            verdict.recovery_seconds = _wait_for_normal_lag(scene, connection)
        scene.load.finish()
        _drain(scene, connection, len(to_rows(carrier.promised)))
    verdict.peak_megabytes = scene.worker.peak_megabytes
    if verdict.recovery_seconds > RECOVERY_LIMIT_SECONDS:
        verdict.complaints.append(f"back to normal lag after {verdict.recovery_seconds:.0f} s only")
    if scene.worker.unasked_ends:
        verdict.complaints.append(f"the worker ended by itself: {scene.worker.unasked_ends}")
    if unsettled := carrier.settle():
        verdict.complaints.append(f"{unsettled} messages never got their PUBACK or receipt")


def _wait_for_normal_lag(scene: Scene, connection: Connection[TupleRow]) -> float:
    """Seconds until the backlog was normal and stayed so for a while."""
    calm_seconds = CALM_SECONDS * max(0.4, min(1.0, scene.scale))
    began_at = last_high_at = time.monotonic()
    while (now := time.monotonic()) - last_high_at < calm_seconds and now - began_at < DRAIN_SECONDS:
        scene.worker.keep_running()
        produced = len(scene.load.produced) * len(CHANNELS)
        if produced - count_stored(connection) > NORMAL_BACKLOG:
            last_high_at = now
        time.sleep(_POLL_SECONDS)
    return last_high_at - began_at


def _drain(scene: Scene, connection: Connection[TupleRow], expected: int) -> None:
    """Until everything promised is stored, or nothing has moved for a while."""
    moved_at, last = time.monotonic(), -1
    while time.monotonic() - moved_at < RECOVERY_LIMIT_SECONDS:
        scene.worker.keep_running()
        stored = count_stored(connection)
        if stored != last:
            moved_at, last = time.monotonic(), stored
        elif stored >= expected and time.monotonic() - moved_at > 3 * _POLL_SECONDS:
            return
        time.sleep(_POLL_SECONDS)


@contextmanager
def _own_space(settings: Settings) -> Iterator[Settings]:
    """A migrated database, a topic space and a folder of the run's own."""
    name = f"fengsui_faults_{secrets.token_hex(4)}"
    assert settings.database_url
    with psycopg.connect(settings.database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    folder = settings.data_dir / name
    folder.mkdir(parents=True)
    url = settings.database_url.rsplit("/", 1)[0] + "/" + name
    try:
        apply_migrations(url)
        yield settings.model_copy(
            update={"database_url": url, "topic_root": f"{name}/v1", "data_dir": folder}
        )
    finally:
        with psycopg.connect(settings.database_url, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _lay_wire(fault: Fault, settings: Settings) -> Proxy | None:
    if fault.wire is None:
        return None
    url = urlsplit((settings.mqtt_url if fault.wire == "broker" else settings.database_url) or "")
    assert url.port
    return Proxy(url.hostname or "", url.port)


def _make_worker(
    fault: Fault, servers: Servers, settings: Settings, wire: Proxy | None, name: str
) -> WorkerProcess:
    urls = {"broker": settings.mqtt_url or "", "database": settings.database_url or ""}
    if wire is not None and fault.wire is not None:
        url = urlsplit(urls[fault.wire])
        urls[fault.wire] = url._replace(netloc=url.netloc.replace(f":{url.port}", f":{wire.port}")).geturl()
    environment = {
        "FENGSUI_DATABASE_URL": urls["database"],
        "FENGSUI_MQTT_URL": urls["broker"],
        "FENGSUI_TOPIC_ROOT": settings.topic_root,
        "FENGSUI_DATA_DIR": str(settings.data_dir),
        "PYTHONUNBUFFERED": "1",
        **dict(fault.environment),
    }
    return WorkerProcess(servers.worker_command, environment, _log_of(settings.data_dir, name))


def _log_of(folder: Path, name: str) -> Path:
    return folder / f"{name}.log"


def _wait_until_ready(settings: Settings) -> None:
    give_up_at = time.monotonic() + READY_SECONDS
    with connect(settings) as connection:
        while connection.execute(_BEGAN).fetchall()[0][0] == 0:
            if time.monotonic() > give_up_at:
                log = _log_of(settings.data_dir, "worker").read_text()
                raise TimeoutError(f"the worker did not begin: {log[-500:]}")
            time.sleep(0.05)
