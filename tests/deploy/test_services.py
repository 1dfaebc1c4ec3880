"""The embedded database and broker, the real ones."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from deploy.accounts import UnreachableFolderError
from deploy.ports import candidates, free_port, is_free
from deploy.stack import Services, embedded_services, open_services, running_settings
from deploy.state import AlreadyRunningError, NothingRunsError, hold_lock, read_state
from ingest.hang_up import hang_up
from schemas.settings import Settings, load_settings


def _count_rows(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def _retained(port: int, topic: str) -> bytes:
    received: list[bytes] = []
    arrived = threading.Event()

    def keep(_client: Client, _userdata: object, message: MQTTMessage) -> None:
        received.append(message.payload)
        arrived.set()

    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
    client.on_message = keep
    client.on_connect = lambda *_: client.subscribe(topic, qos=1)
    client.connect("127.0.0.1", port)
    client.loop_start()
    arrived.wait(10)
    hang_up(client)
    return received[0]


def _socket_lines(name: str) -> list[str]:
    file = Path("/proc/net") / name
    return file.read_text().splitlines()[1:] if file.exists() else []


def _postgres_pid(services: Services) -> int:
    assert services.postgres is not None
    assert services.postgres.child is not None
    return services.postgres.child.pid


def test_database_keeps_its_rows_over_a_restart_and_has_timescaledb(bare_settings: Settings) -> None:
    with embedded_services(bare_settings) as running:
        assert running.database_url
        with psycopg.connect(running.database_url) as connection:
            connection.execute("CREATE EXTENSION timescaledb")
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 100)")
            assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
    with embedded_services(bare_settings) as running:
        assert running.database_url
        assert _count_rows(running.database_url) == 100


def test_database_killed_outright_starts_again_on_the_same_port_with_its_rows(
    made_settings: Settings,
) -> None:
    with open_services(made_settings, keep_ports=False) as services:
        url = services.settings.database_url
        assert url
        assert services.postgres is not None
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 7)")
        os.kill(_postgres_pid(services), signal.SIGKILL)
        services.postgres.start([services.postgres.port])
        assert _count_rows(url) == 7


def test_database_starts_again_while_a_session_of_the_killed_one_is_still_busy(
    made_settings: Settings,
) -> None:
    with open_services(made_settings, keep_ports=True) as services:
        assert services.postgres is not None
        url = services.settings.database_url or ""

        def be_busy() -> None:
            with suppress(psycopg.Error), psycopg.connect(url) as connection:
                # Long in one piece of work, so that it does not notice at once that its server is gone.
                connection.execute("SELECT repeat(md5('x'), 2000000) ~ '(x+x+)+y'")
                connection.execute("SELECT count(*) FROM generate_series(1, 30000000)")

        busy = threading.Thread(target=be_busy)
        busy.start()
        time.sleep(0.5)
        os.kill(_postgres_pid(services), signal.SIGKILL)
        services.postgres.start([services.postgres.port])
        busy.join()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_pid_file_that_names_a_stranger_does_not_prevent_the_start(made_settings: Settings) -> None:
    with embedded_services(made_settings):
        pass
    pid_file = made_settings.data_dir / "postgres/cluster/postmaster.pid"
    pid_file.write_text(f"{os.getppid()}\n{pid_file.parent}\n")
    pid_file.chmod(0o600)
    with embedded_services(made_settings) as running:
        assert running.database_url


def test_interrupted_making_of_the_cluster_is_begun_again(bare_settings: Settings) -> None:
    half = bare_settings.data_dir / "postgres/cluster.unfinished"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("17\n")
    with embedded_services(bare_settings) as running:
        assert running.database_url
    assert not half.exists()


@pytest.fixture(scope="module")
def services(made_folder: Path) -> Iterator[Services]:
    """A database and a broker that run for the tests that only look."""
    copy = made_folder.with_name("looked-at")
    subprocess.run(["cp", "-a", made_folder, copy], check=True)
    settings = load_settings(data_dir=copy).model_copy(update={"database_url": None, "mqtt_url": None})
    with open_services(settings, keep_ports=False) as running:
        yield running


def test_broker_says_how_it_is_set_up_in_a_retained_message(services: Services) -> None:
    assert services.mosquitto is not None
    limits = json.loads(_retained(services.mosquitto.port, f"{services.settings.topic_root}/broker/config"))
    assert limits["max_queued_messages"] == 0
    assert limits["max_inflight_messages"] == 1000
    assert limits["max_packet_bytes"] > 1_000_000


def test_servers_listen_on_the_loopback_only(services: Services) -> None:
    assert services.postgres is not None
    assert services.mosquitto is not None
    ours = {services.postgres.port, services.mosquitto.port}
    lines = [line.split() for name in ("tcp", "tcp6") for line in _socket_lines(name)]
    listening = [line[1].split(":") for line in lines if line[3] == "0A"]
    assert {address for address, port in listening if int(port, 16) in ours} == {"0100007F"}


def test_servers_do_not_run_as_root(services: Services) -> None:
    assert Path(f"/proc/{_postgres_pid(services)}").stat().st_uid != 0


def test_password_is_readable_by_its_owner_only(services: Services) -> None:
    mode = (services.settings.data_dir / "postgres/password").stat().st_mode
    assert mode & 0o777 == 0o600


def test_taken_port_is_survived() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert not is_free(port)
        assert port not in list(candidates(port))


def test_port_taken_between_looking_and_listening_is_survived(made_settings: Settings) -> None:
    with open_services(made_settings, keep_ports=False) as services, socket.create_server(("", 0)) as taken:
        assert services.postgres is not None
        assert services.mosquitto is not None
        services.postgres.stop(5)
        services.mosquitto.stop(5)
        port = taken.getsockname()[1]
        services.postgres.start([port, free_port()])
        services.mosquitto.start([port, free_port()])
        assert port not in (services.postgres.port, services.mosquitto.port)


def test_second_stack_over_the_same_folder_is_told_who_runs_it(bare_settings: Settings) -> None:
    with (
        hold_lock(bare_settings.data_dir),
        pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}.*FENGSUI_DATA_DIR"),
        embedded_services(bare_settings),
    ):
        pass


def test_nothing_runs_is_said_when_only_a_stale_state_file_is_left(bare_settings: Settings) -> None:
    with hold_lock(bare_settings.data_dir):
        (bare_settings.data_dir / "run/stack.json").write_text("{}")
    assert read_state(bare_settings.data_dir) is None
    with pytest.raises(NothingRunsError, match="make run"):
        running_settings(bare_settings)


def test_explicit_addresses_win_over_everything(bare_settings: Settings) -> None:
    explicit = bare_settings.model_copy(
        update={"database_url": "postgresql://u:p@db:5432/x", "mqtt_url": "mqtt://broker:1883"}
    )
    assert running_settings(explicit) == explicit
    with embedded_services(explicit) as unchanged:
        assert unchanged == explicit
    assert not bare_settings.data_dir.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another account")
def test_folder_closed_to_the_servers_account_is_named(folder: Path, bare_settings: Settings) -> None:
    folder.chmod(0o700)
    with (
        pytest.raises(UnreachableFolderError, match=f"{folder}.*FENGSUI_DATA_DIR"),
        embedded_services(bare_settings),
    ):
        pass


def test_stop_takes_less_than_five_seconds(made_settings: Settings) -> None:
    with embedded_services(made_settings):
        began = time.monotonic()
    assert time.monotonic() - began < 5
