"""Whether the broker keeps what it acknowledges: what can be seen of its settings from outside, in words.

Mosquitto's default drops what queues beyond 1,000 messages although it has acknowledged them, and a client cannot ask
for its limit. A broker that Fengsui set up says so in a retained message; of any other it is told that nobody knows.
"""

from __future__ import annotations

import msgspec


class BrokerLimits(msgspec.Struct):
    """The retained message on ``{root}/broker/config``; 0 queued messages stands for no limit."""

    max_queued_messages: int
    max_inflight_messages: int


def describe_broker(config: bytes | None, receive_maximum: int) -> str:
    """What is wrong with the broker's settings, or with our knowledge of them; empty when nothing is."""
    if config is None:
        return "how many messages the broker queues is not known; see that max_queued_messages is 0"
    try:
        limits = msgspec.json.decode(config, type=BrokerLimits)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return "broker/config does not say how many messages the broker queues"
    if limits.max_queued_messages:
        return f"the broker drops what queues beyond {limits.max_queued_messages} messages; set max_queued_messages 0"
    if 0 < limits.max_inflight_messages < receive_maximum:
        return (
            f"the broker sends at most {limits.max_inflight_messages} messages ahead, not {receive_maximum}"
        )
    return ""
