"""One run: a fresh database and topic space, load, a fault at a seeded instant, and the comparison."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

from psycopg import Connection
from psycopg.rows import TupleRow

from schemas.registry import import_records
from schemas.settings import Settings
from simulators.faults.disks import why_not_mountable
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
from simulators.faults.space import open_space
from simulators.faults.staff import Staff
from simulators.faults.town import CHANNELS, Town, make_records
from simulators.faults.verdict import Verdict, count_arrived, judge
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
    fault: Fault,
    seed: int,
    servers: Servers,
    settings: Settings,
    *,
    readings: int,
    limit_seconds: float,
    scale: float = 1.0,
) -> Verdict:
    """Run one fault once.

    Parameters
    ----------
    settings
        Where database and broker are, and a folder for what the run leaves behind.
    readings
        The least number of readings; the load lasts at least as long as the fault.
    limit_seconds
        How soon a fire declared during the fault must be told.
    scale
        Factor on how long the fault lasts.
    """
    verdict = Verdict(fault.name, seed, fault.strict)
    if fault.disk is not None and (reason := why_not_mountable()):
        verdict.skipped = reason
        return verdict
    bring_back(servers.database)
    bring_back(servers.broker)
    with open_space(fault, servers, settings) as space, ExitStack() as cleanup:
        own = space.settings
        town, rng = Town(seed), random.Random(f"{fault.name} {seed}")
        import_records(own.database_url or "", list(make_records(fault.crowd)))
        wire = _lay_wire(fault, own)
        if wire is not None:
            cleanup.callback(wire.close)
        staff = Staff(fault, servers, own, wire)
        cleanup.callback(staff.end)
        worker = staff.hire("worker")
        worker.start()
        _wait_until_ready(own, worker)
        carrier: Carrier = GatewayCarrier(own, own.data_dir, rng) if fault.receipts else BarePublisher(own)
        cleanup.callback(carrier.close)
        load = Load(town, carrier, readings)
        scene = Scene(
            servers,
            own,
            worker,
            staff.hire,
            load,
            wire,
            space.disk,
            staff.switch,
            rng,
            scale,
            limit_seconds,
            verdict,
        )
        scene.supervised.append(worker)
        load.start()
        load.wait_for_share(rng.uniform(0.15, 0.6))
        _strike(fault, scene)
        _recover(scene, carrier, verdict)
        _judge_ends(fault, scene)
        verdict.complaints += scene.notes
        promised, produced = to_rows(carrier.promised), to_rows(load.produced)
        promised.update(scene.more_promised)
        produced.update(scene.more_produced)
        with connect(own) as connection:
            judge(connection, verdict, [*town.expected_alerts, *scene.declared], promised, produced)
    # What was on the piece of the spool that was cut off is lost, and no more than that.
    verdict.forfeited = scene.forfeited
    verdict.lost = max(0, verdict.lost - scene.forfeited)
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
        expected = len(to_rows(carrier.promised)) + len(scene.more_promised) - scene.forfeited
        _drain(scene, connection, expected)
    verdict.peak_megabytes = scene.worker.peak_megabytes
    if verdict.recovery_seconds > RECOVERY_LIMIT_SECONDS:
        verdict.complaints.append(f"back to normal lag after {verdict.recovery_seconds:.0f} s only")
    if unsettled := carrier.settle():
        verdict.complaints.append(f"{unsettled} messages never got their PUBACK or receipt")


def _judge_ends(fault: Fault, scene: Scene) -> None:
    """A worker ends by itself when it must, and then visibly."""
    ends = [status for worker in scene.supervised for status in worker.unasked_ends]
    if ends and not fault.ends_itself:
        words = scene.log_text().strip().splitlines()[-1:]
        scene.notes.append(f"the worker ended by itself: {ends}; the end of its log: {' '.join(words)}")
    if fault.ends_itself and (not ends or 0 in ends):
        scene.notes.append(f"the worker should have ended by itself with a failure; its ends: {ends}")


def _keep_running(scene: Scene) -> None:
    for worker in scene.supervised:
        worker.keep_running()


def _wait_for_normal_lag(scene: Scene, connection: Connection[TupleRow]) -> float:
    """Seconds until the backlog was normal and stayed so for a while."""
    calm_seconds = CALM_SECONDS * max(0.4, min(1.0, scene.scale))
    began_at = last_high_at = time.monotonic()
    while (now := time.monotonic()) - last_high_at < calm_seconds and now - began_at < DRAIN_SECONDS:
        _keep_running(scene)
        produced = len(scene.load.produced) * len(CHANNELS)
        if produced - scene.forfeited - count_arrived(connection) > NORMAL_BACKLOG:
            last_high_at = now
        time.sleep(_POLL_SECONDS)
    return last_high_at - began_at


def _drain(scene: Scene, connection: Connection[TupleRow], expected: int) -> None:
    """Until everything promised is stored, or nothing has moved for a while."""
    moved_at, last = time.monotonic(), -1
    while time.monotonic() - moved_at < RECOVERY_LIMIT_SECONDS:
        _keep_running(scene)
        stored = count_arrived(connection)
        if stored != last:
            moved_at, last = time.monotonic(), stored
        elif stored >= expected and time.monotonic() - moved_at > 3 * _POLL_SECONDS:
            return
        time.sleep(_POLL_SECONDS)


def _lay_wire(fault: Fault, settings: Settings) -> Proxy | None:
    if fault.wire is None:
        return None
    url = urlsplit((settings.mqtt_url if fault.wire == "broker" else settings.database_url) or "")
    assert url.port
    return Proxy(url.hostname or "", url.port)


def _wait_until_ready(settings: Settings, worker: WorkerProcess) -> None:
    give_up_at = time.monotonic() + READY_SECONDS
    with connect(settings) as connection:
        while connection.execute(_BEGAN).fetchall()[0][0] == 0:
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"the worker did not begin: {worker.log.read_text()[-500:]}")
            time.sleep(0.05)
