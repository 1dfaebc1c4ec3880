"""The fault matrix: one entry a row."""

from __future__ import annotations

from simulators.faults import (
    broker_faults,
    database_faults,
    disk_faults,
    schema_faults,
    share_faults,
    worker_faults,
)
from simulators.faults.scene import Fault
from simulators.faults.storm import CROWD

_SMALL_SPOOL = (("FENGSUI_SPOOL_MAX_BYTES", "1048576"),)

MATRIX = (
    Fault("worker-sigkill", worker_faults.kill_worker),
    Fault("worker-sigterm", worker_faults.terminate_worker, redelivers=False),
    Fault("worker-sigstop", worker_faults.freeze_worker),
    Fault("worker-twice", worker_faults.start_second_worker),
    Fault("worker-clock-forward", worker_faults.step_clock_forward, injection="clock"),
    Fault("worker-clock-back", worker_faults.step_clock_back, injection="clock"),
    Fault("worker-callback-error", worker_faults.set_off_injection, injection="callback", ends_itself=True),
    Fault("worker-callback-wedged", worker_faults.set_off_injection, injection="wedge", ends_itself=True),
    Fault("worker-decode-error", worker_faults.set_off_injection, injection="decode", ends_itself=True),
    Fault("share-orphaned", share_faults.leave_share_to_the_living),
    Fault("share-joined-and-left", share_faults.join_and_leave),
    Fault("share-building-moves", share_faults.move_building),
    Fault("database-sigkill", database_faults.kill_database),
    Fault("database-sigkill-in-copy", database_faults.kill_database_in_copy),
    Fault("database-sigkill-at-commit", database_faults.kill_database_at_commit),
    Fault("database-restart", database_faults.restart_database),
    Fault("database-sessions-ended", database_faults.end_sessions),
    Fault("database-sessions-ended-in-copy", database_faults.end_sessions_in_copy),
    Fault("database-sessions-ended-at-commit", database_faults.end_sessions_at_commit),
    Fault("database-read-only", database_faults.make_read_only),
    Fault("database-no-connections", database_faults.take_all_connections),
    Fault("database-locked", database_faults.lock_readings),
    Fault("database-disk-full", disk_faults.fill_database_disk, disk="database"),
    Fault("database-frozen", database_faults.freeze_database),
    Fault("database-half-open", database_faults.silence_database_wire, wire="database"),
    Fault("database-down", database_faults.keep_database_down),
    Fault("database-migration", schema_faults.migrate),
    Fault("spool-full", database_faults.fill_spool, environment=_SMALL_SPOOL),
    Fault("spool-disk-full", disk_faults.fill_spool_disk, disk="spool"),
    Fault("spool-torn", disk_faults.tear_spool_before_gateway, receipts=True),
    Fault("spool-torn-no-receipts", disk_faults.tear_spool),
    Fault("spool-worker-sigkill", database_faults.kill_worker_without_database),
    Fault("spool-drain-sigkill", database_faults.kill_worker_while_spool_drains),
    Fault("broker-sigterm", broker_faults.stop_broker),
    Fault("broker-sigkill", broker_faults.kill_broker, receipts=True),
    Fault("broker-sigkill-no-receipts", broker_faults.kill_broker, strict=False),
    Fault("network-half-open", broker_faults.silence_wire, wire="broker"),
    Fault("network-flapping", broker_faults.flap_wire, wire="broker"),
    Fault("buffered-hours", worker_faults.storm_with_buffered_hours),
    Fault("reconnect-storm", worker_faults.storm_of_reconnects, crowd=CROWD),
)
