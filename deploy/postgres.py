"""The embedded PostgreSQL with TimescaleDB: made once, started on a free port, stopped in good order."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import time
from pathlib import Path

import psycopg

from deploy.accounts import Account, give, make_folder, require_reachable
from deploy.exits import DeployError
from deploy.ports import LOOPBACK, is_free
from deploy.postgres_settings import write_settings
from deploy.processes import Child, ChildError, Command
from deploy.progress import step

_OWNER = "fengsui"
_DATABASE = "fengsui"
_MAJOR = "17"
_POLL_SECONDS = 0.05
_RESTART_SECONDS = 5.0
_ORPHANS = "pre-existing shared memory block"
# An orphan's own last words may stand after those of the server that found it.
_ORPHANED = "unexpected postmaster exit"
_ORPHANS_SECONDS, _ORPHANS_PAUSE_SECONDS = 20.0, 0.3
# Crash recovery reads back at most max_wal_size; far longer than that means something else is wrong.
_READY_SECONDS = 600.0
_ORPHAN_SECONDS = 15.0
_STRANGER_SECONDS = 5.0


class DatabaseError(DeployError):
    """The database's folder cannot be used as it is."""


class _OrphansError(ChildError):
    """Processes of the server before are still there."""


class Postgres:
    """One PostgreSQL server over one folder.

    Parameters
    ----------
    programs
        Folder of ``postgres`` and ``initdb``.
    folder
        Holds the cluster, its password and its settings.
    account
        Whom to run as; None for the caller.
    """

    def __init__(self, programs: Path, folder: Path, log: Path, account: Account | None) -> None:
        self._programs = programs
        self._folder = folder
        self._log = log
        self._account = account
        self._port = 0
        self.child: Child | None = None

    @property
    def url(self) -> str:
        """Where clients connect, password included."""
        return f"postgresql://{_OWNER}:{self._read_password()}@{LOOPBACK}:{self._port}/{_DATABASE}"

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    def start(self, ports: list[int]) -> Child:
        """Start on the first of `ports` that can be had; the cluster and the database are made if missing.

        Raises
        ------
        DeployError
            It does not start; the message says why.
        """
        # One that was killed, or is just ending, has to be gone before the next.
        self.stop(_RESTART_SECONDS)
        require_reachable(self._programs, self._account, "FENGSUI_CACHE_DIR")
        # The folder stays ours, so that the server's account cannot put a link where we write.
        make_folder(self._folder, None, 0o755)
        if not self._cluster.exists():
            with step("Making the database…"):
                self._make_cluster()
        self._require_usable_cluster()
        self._settle_previous_server()
        for port in ports:
            self._port = port
            child = self._start_after_orphans()
            if child is not None:
                return child
        raise ChildError(f"PostgreSQL found no free port: {self._last_words()} (log: {self._log})")

    def stop(self, grace_seconds: float) -> None:
        """End it with a fast shutdown: sessions are cut, everything committed is kept."""
        if self.child is not None:
            self.child.stop(grace_seconds)

    @property
    def _cluster(self) -> Path:
        return self._folder / "cluster"

    @property
    def _password_file(self) -> Path:
        return self._folder / "password"

    def _read_password(self) -> str:
        return self._password_file.read_text().strip()

    def _make_cluster(self) -> None:
        scratch = self._folder / "cluster.unfinished"
        shutil.rmtree(scratch, ignore_errors=True)
        make_folder(scratch, self._account)
        self._write_password()
        initdb = Command(
            name="initdb",
            argv=(
                str(self._programs / "initdb"),
                f"--pgdata={scratch}",
                f"--username={_OWNER}",
                f"--pwfile={self._password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
            ),
            log=self._log,
            account=self._account,
            directory=self._folder,
        )
        give(self._password_file, self._account)
        child = Child(initdb)
        status = child.wait()
        os.chown(self._password_file, os.geteuid(), os.getegid())
        if status != 0:
            raise DatabaseError(f"the database could not be made: {child.last_words()} (log: {self._log})")
        # Under its own name only when whole, so that an interrupted start is simply begun again.
        scratch.rename(self._cluster)

    def _write_password(self) -> None:
        # Letters and digits only: it stands in a URL.
        with os.fdopen(
            os.open(self._password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w"
        ) as file:
            file.write(secrets.token_hex(24) + "\n")

    def _require_usable_cluster(self) -> None:
        version = (self._cluster / "PG_VERSION").read_text().strip()
        if version != _MAJOR:
            raise DatabaseError(
                f"{self._cluster} was made by PostgreSQL {version}, this is {_MAJOR}; "
                "export it with the older one, or choose another folder with FENGSUI_DATA_DIR"
            )
        if not self._password_file.exists():
            raise DatabaseError(
                f"{self._password_file} is missing, without which nobody can connect; restore it"
            )

    def _settle_previous_server(self) -> None:
        """Wait for a server left by a killed supervisor, and forget one that is no more.

        PostgreSQL itself refuses to start when the process id in ``postmaster.pid`` is alive, whoever it
        is; after a reboot or in a container that is often a stranger.
        """
        pid_file = self._cluster / "postmaster.pid"
        give_up_at = time.monotonic() + _ORPHAN_SECONDS
        with step("Waiting for the previous PostgreSQL to finish…"):
            while pid_file.exists() and self._is_our_server(_read_pid(pid_file)):
                if time.monotonic() > give_up_at:
                    raise DatabaseError(
                        f"another PostgreSQL (process {_read_pid(pid_file)}) uses {self._cluster}; "
                        "stop it first"
                    )
                time.sleep(_POLL_SECONDS)
        pid_file.unlink(missing_ok=True)

    def _is_our_server(self, pid: int) -> bool:
        try:
            command_line = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return str(self._cluster).encode() in command_line

    def _start_after_orphans(self) -> Child | None:
        """Start; sessions of a server that was killed may take a while to notice it."""
        give_up_at = time.monotonic() + _ORPHANS_SECONDS
        while True:
            try:
                return self._try_start()
            except _OrphansError:
                if time.monotonic() > give_up_at:
                    raise
                time.sleep(_ORPHANS_PAUSE_SECONDS)

    def _try_start(self) -> Child | None:
        """Start on the chosen port; None when somebody else took it first."""
        settings = self._folder / "postgresql.conf"
        write_settings(settings, self._cluster, self._port)
        command = Command(
            name="database",
            argv=(
                str(self._programs / "postgres"),
                "-D",
                str(self._cluster),
                "-c",
                f"config_file={settings}",
            ),
            log=self._log,
            account=self._account,
            directory=self._folder,
            stop_signal=signal.SIGINT,
            # Immediate shutdown: the sessions end too, and the next start recovers from the log.
            force_signal=signal.SIGQUIT,
            death_signal=signal.SIGINT,
        )
        child = self.child = Child(command)
        with step("Starting PostgreSQL…"):
            return child if self._wait_until_ready(child) else None

    def _wait_until_ready(self, child: Child) -> bool:
        give_up_at = time.monotonic() + _READY_SECONDS
        while time.monotonic() < give_up_at:
            if child.exit_status() is not None:
                if not is_free(self._port):
                    return False
                words = child.last_words()
                orphans = _ORPHANS in words or _ORPHANED in words
                error = _OrphansError if orphans else ChildError
                raise error(f"PostgreSQL did not start: {words} (log: {self._log})")
            if self._make_database(child):
                return True
            time.sleep(_POLL_SECONDS)
        child.kill()
        raise ChildError(f"PostgreSQL was not ready in time: {child.last_words()} (log: {self._log})")

    def _make_database(self, child: Child) -> bool:
        """Make the database if it is missing; False while the server does not take connections yet."""
        try:
            with psycopg.connect(
                host=LOOPBACK,
                port=self._port,
                user=_OWNER,
                password=self._read_password(),
                dbname="postgres",
                connect_timeout=2,
                autocommit=True,
            ) as connection:
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'fengsui'").fetchone()
                if known is None:
                    connection.execute("CREATE DATABASE fengsui")
        except psycopg.OperationalError as error:
            # A stranger on our port refuses too; then our server has ended long before.
            ours = time.time() - child.started_at > _STRANGER_SECONDS
            if ours and "password authentication failed" in str(error):
                raise DatabaseError(
                    f"{self._password_file} does not hold the database's password; restore it"
                ) from error
            return False
        return True

    def _last_words(self) -> str:
        return self.child.last_words() if self.child is not None else "not tried"


def _read_pid(pid_file: Path) -> int:
    try:
        return int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 0
