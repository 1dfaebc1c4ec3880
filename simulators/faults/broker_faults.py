"""What happens to the broker and to the network before it."""

from __future__ import annotations

import time

from psycopg import Connection
from psycopg.rows import TupleRow

from simulators.faults.scene import Scene, bring_back

CONNECTED = "SELECT count(*) FROM workers WHERE broker_connected"
# Fifteen are promised; the worker writes of it once a second.
NOTICED_SECONDS = 17.0


def stop_broker(scene: Scene) -> None:
    scene.servers.broker.stop(10)
    scene.wait(scene.between(0, 3))
    bring_back(scene.servers.broker)


def kill_broker(scene: Scene) -> None:
    child = scene.servers.broker.child
    assert child is not None
    child.kill()
    scene.wait(scene.between(0, 3))
    bring_back(scene.servers.broker)


def silence_wire(scene: Scene) -> None:
    """Packets are dropped both ways and no connection is closed; only a keep-alive can notice."""
    assert scene.wire is not None
    scene.wire.freeze()
    with scene.connect() as connection:
        give_up_at = time.monotonic() + NOTICED_SECONDS * scene.scale
        while _says_connected(connection) and time.monotonic() < give_up_at:
            time.sleep(0.2)
        # In a short form the silence is too short to be noticed while it lasts.
        if scene.scale >= 1 and _says_connected(connection):
            scene.notes.append(f"the silence of the broker was not noticed within {NOTICED_SECONDS:.0f} s")
    scene.wait(4)
    scene.wire.thaw()


def _says_connected(connection: Connection[TupleRow]) -> bool:
    return bool(connection.execute(CONNECTED).fetchall()[0][0])


def flap_wire(scene: Scene) -> None:
    assert scene.wire is not None
    give_up_at = time.monotonic() + 30 * scene.scale
    while time.monotonic() < give_up_at:
        scene.wire.cut(refuse=True)
        time.sleep(scene.between(0.1, 1.5))
        scene.wire.mend()
        time.sleep(scene.between(0.2, 4))
