"""First stage after the broker: each message's topic and payload to what it means, or to a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import msgspec

from ingest.subscriber import Message
from schemas.decode import PlainSeries, WireReadings, decode_event, decode_readings, decode_status
from schemas.messages import EventMessage, StatusMessage
from schemas.refusals import Reason, Refusal, RefusedError

TOPICS_KEPT = 2**14
_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
Content = WireReadings | PlainSeries | EventMessage | StatusMessage
_DECODERS: dict[str, Callable[[bytes], Content]] = {
    "readings": decode_readings,
    "events": decode_event,
    "status": decode_status,
}


class Decoded(msgspec.Struct, frozen=True, gc=False):
    """A message understood, with the building and device that its topic names; or why it was not."""

    building: str
    device: str
    content: Content | Refusal


def decode_messages(messages: list[Message], topic_root: str) -> list[Decoded]:
    """Decode each message by itself; a bad one never costs its neighbours."""
    depth = topic_root.count("/") + 1
    return [_decode(message, depth) for message in messages]


def _decode(message: Message, depth: int) -> Decoded:
    building = device = ""
    try:
        building, device, kind = _parse_topic(message.topic, depth)
        return Decoded(building, device, _DECODERS[kind](message.payload))
    except RefusedError as error:
        return Decoded(building, device, error.refusal)


# The same devices speak again and again. What is refused is not kept, so that nobody can fill the memory.
@lru_cache(maxsize=TOPICS_KEPT)
def _parse_topic(topic: str, depth: int) -> tuple[str, str, str]:
    """Building, device and kind; raises `RefusedError`."""
    levels = topic.split("/")[depth:]
    if len(levels) != 3 or levels[2] not in _DECODERS:
        raise RefusedError(Reason.BAD_TOPIC, f"{topic!r} is not building/device/kind")
    building, device, kind = levels
    if not _CODE.fullmatch(building) or not _CODE.fullmatch(device):
        detail = f"{building!r} and {device!r} must each be 1 to 64 of A-Z a-z 0-9 _ -"
        raise RefusedError(Reason.BAD_TOPIC, detail)
    return building, device, kind
