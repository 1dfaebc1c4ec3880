"""The embedded PostgreSQL's settings, written anew at each start and fitted to the machine."""

from __future__ import annotations

import os
from pathlib import Path

from deploy.ports import LOOPBACK

_MEGABYTE = 2**20
_SHARED_BUFFERS_MAX_MB = 2048

_TEMPLATE = """\
# Written by Fengsui at each start: changes belong in cluster/postgresql.auto.conf (ALTER SYSTEM).
data_directory = '{cluster}'
hba_file = '{cluster}/pg_hba.conf'
ident_file = '{cluster}/pg_ident.conf'

# Reached by TCP on this machine only.
listen_addresses = '{host}'
port = {port}
unix_socket_directories = ''
max_connections = 100
password_encryption = scram-sha-256

# Durability is the promise: what is acknowledged is on disk.
fsync = on
synchronous_commit = on
full_page_writes = on

# A steady stream of inserts: few, long checkpoints, compressed.
wal_compression = lz4
max_wal_size = 4GB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9

shared_buffers = {shared_buffers}MB
effective_cache_size = {cache}MB
maintenance_work_mem = {maintenance}MB
work_mem = 16MB
dynamic_shared_memory_type = {shared_memory}
random_page_cost = 1.1
jit = off

shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = off
timescaledb.max_background_workers = 8
max_worker_processes = 16
max_locks_per_transaction = 256

timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_line_prefix = '%m [%p] %a '
log_checkpoints = on
log_lock_waits = on
log_min_duration_statement = 5s
cluster_name = 'fengsui'
"""


def write_settings(file: Path, cluster: Path, port: int) -> None:
    """Write the settings file that ``postgres -c config_file=…`` reads."""
    megabytes = _memory_bytes() // _MEGABYTE
    text = _TEMPLATE.format(
        cluster=str(cluster).replace("'", "''"),
        host=LOOPBACK,
        port=port,
        shared_buffers=max(32, min(_SHARED_BUFFERS_MAX_MB, megabytes // 4)),
        cache=max(64, megabytes // 2),
        maintenance=max(32, min(512, megabytes // 16)),
        shared_memory="posix" if _shared_memory_bytes() > 256 * _MEGABYTE else "mmap",
    )
    file.write_text(text)
    # No secrets in it, and the servers' account has to read it.
    file.chmod(0o644)


def _memory_bytes() -> int:
    """Return what this machine, or the container we are in, may use."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return physical
    return min(physical, int(limit)) if limit.isdigit() else physical


def _shared_memory_bytes() -> int:
    # Containers often have 64 MB of it, too little for parallel queries; a file does as well.
    try:
        volume = os.statvfs("/dev/shm")
    except OSError:
        return 0
    return volume.f_blocks * volume.f_frsize
