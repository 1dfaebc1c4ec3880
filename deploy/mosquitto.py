"""The embedded Mosquitto, set up so that nothing it has acknowledged vanishes from a queue."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from deploy.accounts import Account, make_folder, require_reachable
from deploy.ports import LOOPBACK, is_free
from deploy.processes import Child, ChildError, Command, bound_log
from deploy.progress import step
from ingest.hang_up import hang_up

MAX_QUEUED_BYTES = 2 * 2**30
MAX_INFLIGHT_MESSAGES = 1000
MAX_PACKET_BYTES = 2 * 2**20
SESSION_DAYS = 14

_POLL_SECONDS = 0.02
_RESTART_SECONDS = 5.0
_READY_SECONDS = 60.0
_PUBLISH_SECONDS = 10.0

# With the default of 1,000 queued messages Mosquitto drops the rest although it has acknowledged them
# (15,677 of 20,000 were lost in our measurement): the queue is bounded by bytes alone.
_TEMPLATE = """\
# Written by Fengsui at each start.
listener {port} {host}
# Anybody may connect, because only this machine can: the listener is on the loopback.
allow_anonymous true

max_queued_messages 0
max_queued_bytes {max_queued_bytes}
max_inflight_messages {max_inflight_messages}
# Larger than any message we accept, so that one of 1 MB reaches quarantine instead of a closed connection.
max_packet_size {max_packet_bytes}
max_keepalive 3600
set_tcp_nodelay true

persistence true
persistence_location {folder}/store/
autosave_interval 30
persistent_client_expiration {session_days}d

log_dest stderr
log_type error
log_type warning
log_type notice
log_type information
log_timestamp_format %Y-%m-%dT%H:%M:%S
connection_messages false
"""


class Mosquitto:
    """One Mosquitto over one folder."""

    def __init__(self, program: Path, folder: Path, log: Path, account: Account | None) -> None:
        self._program = program
        self._folder = folder
        self._log = log
        self._account = account
        self._port = 0
        self.child: Child | None = None

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"mqtt://{LOOPBACK}:{self._port}"

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    def start(self, ports: list[int]) -> Child:
        """Start on the first of `ports` that can be had.

        Raises
        ------
        ChildError
            It does not start; the message quotes its log.
        """
        # One that was killed, or is just ending, has to be gone before the next.
        self.stop(_RESTART_SECONDS)
        require_reachable(self._program, self._account, "FENGSUI_CACHE_DIR")
        # The folder stays ours, so that the server's account cannot put a link where we write.
        make_folder(self._folder, None, 0o755)
        make_folder(self._folder / "store", self._account)
        for port in ports:
            self._port = port
            child = self._try_start()
            if child is not None:
                return child
        raise ChildError(f"Mosquitto found no free port (log: {self._log})")

    def stop(self, grace_seconds: float) -> None:
        """End it; queues and retained messages are saved."""
        if self.child is not None:
            self.child.stop(grace_seconds)

    def publish_limits(self, topic_root: str) -> None:
        """Leave a retained message that says how this broker is set up.

        A worker that finds it knows that it talks to a broker whose queue does not drop messages.
        """
        limits = {
            "set_up_by": "fengsui",
            "max_queued_messages": 0,
            "max_queued_bytes": MAX_QUEUED_BYTES,
            "max_inflight_messages": MAX_INFLIGHT_MESSAGES,
            "max_packet_bytes": MAX_PACKET_BYTES,
            "session_expiry_max_seconds": SESSION_DAYS * 86_400,
        }
        client = Client(CallbackAPIVersion.VERSION2, f"fengsui-set-up-{os.getpid()}", protocol=MQTTv5)
        try:
            client.connect(LOOPBACK, self._port)
            client.loop_start()
            message = client.publish(f"{topic_root}/broker/config", json.dumps(limits), qos=1, retain=True)
            message.wait_for_publish(_PUBLISH_SECONDS)
            accepted = message.is_published()
        except (OSError, RuntimeError) as error:
            raise ChildError(f"the broker does not take messages ({error}; log: {self._log})") from error
        finally:
            hang_up(client)
        if not accepted:
            raise ChildError(f"the broker does not acknowledge messages (log: {self._log})")

    def _try_start(self) -> Child | None:
        """Start on the chosen port; None when somebody else took it first."""
        settings = self._folder / "mosquitto.conf"
        settings.write_text(
            _TEMPLATE.format(
                host=LOOPBACK,
                port=self._port,
                folder=self._folder,
                max_queued_bytes=MAX_QUEUED_BYTES,
                max_inflight_messages=MAX_INFLIGHT_MESSAGES,
                max_packet_bytes=MAX_PACKET_BYTES,
                session_days=SESSION_DAYS,
            )
        )
        settings.chmod(0o644)
        command = Command(
            name="broker",
            argv=(str(self._program), "-c", str(settings)),
            log=self._log,
            account=self._account,
            directory=self._folder,
            death_signal=signal.SIGTERM,
        )
        bound_log(self._log)
        log_start = self._log.stat().st_size if self._log.exists() else 0
        child = self.child = Child(command)
        with step("Starting Mosquitto…"):
            return child if self._wait_until_ready(child, log_start) else None

    def _wait_until_ready(self, child: Child, log_start: int) -> bool:
        give_up_at = time.monotonic() + _READY_SECONDS
        while time.monotonic() < give_up_at:
            if child.exit_status() is not None:
                if not is_free(self._port):
                    return False
                raise ChildError(f"Mosquitto did not start: {child.last_words()} (log: {self._log})")
            # Its own word, not an answer on the port: that might be somebody else's.
            if _has_said(self._log, b" running", log_start):
                return True
            time.sleep(_POLL_SECONDS)
        child.kill()
        raise ChildError(f"Mosquitto was not ready in time: {child.last_words()} (log: {self._log})")


def _has_said(log: Path, words: bytes, since: int) -> bool:
    with log.open("rb") as file:
        file.seek(since)
        return words in file.read()
