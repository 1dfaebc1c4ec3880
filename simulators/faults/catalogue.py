"""The fault matrix: one entry a row."""

from __future__ import annotations

from simulators.faults import broker_faults, database_faults, worker_faults
from simulators.faults.scene import Fault

MATRIX = (
    Fault("worker-sigkill", worker_faults.kill_worker),
    Fault("worker-sigterm", worker_faults.terminate_worker, redelivers=False),
    Fault("worker-sigstop", worker_faults.freeze_worker),
    Fault("worker-twice", worker_faults.start_second_worker),
    Fault("database-sigkill", database_faults.kill_database),
    Fault("database-restart", database_faults.restart_database),
    Fault("database-sessions-ended", database_faults.end_sessions),
    Fault("database-read-only", database_faults.make_read_only),
    Fault("database-no-connections", database_faults.take_all_connections),
    Fault("database-locked", database_faults.lock_readings),
    Fault("database-frozen", database_faults.freeze_database),
    Fault("database-half-open", database_faults.silence_database_wire, wire="database"),
    Fault("database-down", database_faults.keep_database_down),
    Fault("spool-full", database_faults.fill_spool, environment=(("FENGSUI_SPOOL_MAX_BYTES", "1048576"),)),
    Fault("spool-worker-sigkill", database_faults.kill_worker_without_database),
    Fault("spool-drain-sigkill", database_faults.kill_worker_while_spool_drains),
    Fault("broker-sigterm", broker_faults.stop_broker),
    Fault("broker-sigkill", broker_faults.kill_broker, receipts=True),
    Fault("broker-sigkill-no-receipts", broker_faults.kill_broker, strict=False),
    Fault("network-half-open", broker_faults.silence_wire, wire="broker"),
    Fault("network-flapping", broker_faults.flap_wire, wire="broker"),
    Fault("buffered-hours", worker_faults.storm_with_buffered_hours),
)
