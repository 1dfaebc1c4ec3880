"""How a client leaves the broker."""

from __future__ import annotations

from contextlib import suppress

import paho.mqtt.client as mqtt


def hang_up(client: mqtt.Client) -> None:
    """Disconnect in order, so that the broker keeps the will to itself, and wait for the network thread to end."""
    client.disconnect()
    # paho forgets its thread when that ends, also between loop_stop's look at it and the join: paho 2.1, client.py.
    with suppress(AttributeError):
        client.loop_stop()
