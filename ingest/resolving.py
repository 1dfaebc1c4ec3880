"""Second stage: names to slots, units to the stored unit, times to microseconds; out come columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from ingest.decoding import Decoded
from ingest.event_times import judge_time, to_microseconds
from ingest.growing_columns import DeviceStatus, GrowingColumns
from ingest.impossible_readings import refuse_impossible_readings, refuse_time
from ingest.subscriber import Message
from schemas.columns import Batch, DeviceEvent
from schemas.decode import PlainSeries, WireReadings, WireSample
from schemas.domain import DeviceEventKind, Quality
from schemas.messages import MAX_SEQ, EventMessage, StatusMessage
from schemas.refusals import Reason, Refusal
from schemas.roster import Channel, Device, Roster
from schemas.settings import Settings
from schemas.units import CONVERSIONS, find_conversion

_UNREGISTERED = frozenset(
    {Reason.UNKNOWN_BUILDING, Reason.UNKNOWN_DEVICE, Reason.WRONG_BUILDING, Reason.UNKNOWN_CHANNEL}
)
_SEQ = re.compile(rb'"seq"\s*:\s*(\d{1,19})\b')
_channel_of, _time_of, _value_of = attrgetter("channel"), attrgetter("ts"), attrgetter("value")
MILLISECOND = 1000
_QUALITIES = {None: Quality.GOOD, "good": Quality.GOOD, "uncertain": Quality.UNCERTAIN, "bad": Quality.BAD}


@dataclass
class Resolved:
    """A batch in columns, with what could not be placed.

    `refusals` maps the place of a message in the batch to its refusals: one for each sample refused, or a single
    one for the message as a whole. `heard` maps a device's slot to the time of its latest message.
    """

    messages: list[Message]
    batch: Batch
    statuses: list[DeviceStatus]
    refusals: dict[int, list[Refusal]]
    samples_received: int
    heard: dict[int, int]

    @property
    def names_unregistered(self) -> bool:
        """Whether a newer registry might place something that was refused."""
        return any(
            refusal.reason in _UNREGISTERED for refusals in self.refusals.values() for refusal in refusals
        )


def resolve_messages(
    messages: list[Message], decoded: list[Decoded], roster: Roster, settings: Settings
) -> Resolved:
    """Place every sample of a batch, or say why it has no place."""
    columns = GrowingColumns()
    for place, (message, item) in enumerate(zip(messages, decoded, strict=True)):
        time_unit = _resolve_message(columns, place, message, item, roster, settings)
        columns.time_units.append(time_unit)
        columns.ends.append(len(columns.slots))
    readings = refuse_impossible_readings(columns, columns.lay_out(messages, roster), roster, settings)
    heard = np.fromiter(columns.heard, np.int32, len(columns.heard))
    batch = Batch(
        readings,
        tuple(columns.events),
        heard,
        tuple(columns.seqs),
        tuple(columns.births),
        tuple(columns.clocks_ahead),
    )
    return Resolved(
        messages,
        batch,
        columns.statuses,
        dict(columns.refusals),
        columns.samples_received,
        columns.heard,
    )


def _resolve_message(
    columns: GrowingColumns, place: int, message: Message, item: Decoded, roster: Roster, settings: Settings
) -> int:
    """Put one message into the columns; returns how many microseconds a unit of its readings' times has."""
    content = item.content
    if isinstance(content, Refusal):
        columns.refusals[place].append(content)
        _note_refused_seq(columns, item, message, roster)
        return 1
    device = _find_device(columns, place, item, roster)
    if device is None:
        if isinstance(content, WireReadings | PlainSeries):
            columns.samples_received += count_samples(content)
        return 1
    columns.heard[device.slot] = message.received_at
    if isinstance(content, PlainSeries):
        return _resolve_series(columns, place, content, device)
    if isinstance(content, WireReadings):
        _resolve_readings(columns, place, content, device)
    elif isinstance(content, EventMessage):
        _resolve_event(columns, place, content, device, message, settings)
    else:
        _resolve_status(columns, place, content, device, message)
    return 1


def _note_refused_seq(columns: GrowingColumns, item: Decoded, message: Message, roster: Roster) -> None:
    """A message in quarantine is kept too: its device must not wait for its receipt for ever."""
    device = roster.buildings.get(item.building, {}).get(item.device)
    seq = _SEQ.search(message.payload)
    if device is not None and seq is not None and int(seq[1]) <= MAX_SEQ:
        columns.seqs.append((device.slot, int(seq[1])))


def count_samples(content: WireReadings | PlainSeries) -> int:
    if isinstance(content, PlainSeries):
        return len(content.samples)
    return len(content.values or ()) + len(content.samples or ())


def _find_device(columns: GrowingColumns, place: int, item: Decoded, roster: Roster) -> Device | None:
    devices = roster.buildings.get(item.building)
    if devices is None:
        columns.refuse(place, Reason.UNKNOWN_BUILDING, f"no building {item.building!r} is registered")
        return None
    device = devices.get(item.device)
    if device is None:
        columns.refuse(place, *_explain_missing_device(item, roster))
        return None
    if device.retired:
        columns.refuse(place, Reason.RETIRED_DEVICE, f"device {item.device!r} is retired")
        return None
    return device


def _explain_missing_device(item: Decoded, roster: Roster) -> tuple[Reason, str]:
    elsewhere = [code for code, devices in roster.buildings.items() if item.device in devices]
    if elsewhere:
        # Other buildings' codes are not told: a device may learn only of its own.
        return (
            Reason.WRONG_BUILDING,
            f"device {item.device!r} is not registered under building {item.building!r}",
        )
    return Reason.UNKNOWN_DEVICE, f"no device {item.device!r} is registered under building {item.building!r}"


def _resolve_series(columns: GrowingColumns, place: int, content: PlainSeries, device: Device) -> int:
    """Column by column, without a step of Python for each sample; one by one when a name is not among the plain."""
    try:
        slots = list(map(device.plain_slots.__getitem__, map(_channel_of, content.samples)))
    except KeyError:
        samples = [WireSample(sample.channel, sample.value, sample.ts) for sample in content.samples]
        _resolve_readings(columns, place, WireReadings(seq=content.seq, samples=samples), device)
        return 1
    columns.samples_received += len(slots)
    if content.seq is not None:
        columns.seqs.append((device.slot, content.seq))
    columns.slots += slots
    columns.times += map(_time_of, content.samples)
    columns.values += map(_value_of, content.samples)
    return MILLISECOND


def _resolve_readings(columns: GrowingColumns, place: int, content: WireReadings, device: Device) -> None:
    columns.samples_received += count_samples(content)
    if content.seq is not None:
        columns.seqs.append((device.slot, content.seq))
    at = to_microseconds(content.ts) if content.ts is not None else 0
    for name, value in (content.values or {}).items():
        channel = device.channels.get(name)
        if channel is None:
            _refuse_channel(columns, place, name, device)
            continue
        if channel.conversion is not None:
            value = value * channel.conversion.factor + channel.conversion.offset
        columns.add(channel, at, value)
    for sample in content.samples or ():
        channel = device.channels.get(sample.channel)
        if channel is None:
            _refuse_channel(columns, place, sample.channel, device)
            continue
        conversion = (
            channel.conversion if sample.unit is None else find_conversion(channel.quantity, sample.unit)
        )
        if conversion is not None:
            value = sample.value * conversion.factor + conversion.offset
        elif sample.unit is None:
            value = sample.value
        else:
            _refuse_unit(columns, place, sample.unit, channel)
            continue
        sampled_at = at if sample.ts is None else to_microseconds(sample.ts)
        columns.add(channel, sampled_at, value, _QUALITIES[sample.quality])


def _refuse_channel(columns: GrowingColumns, place: int, name: str, device: Device) -> None:
    known = ", ".join(device.channels) or "none"
    columns.refuse(
        place, Reason.UNKNOWN_CHANNEL, f"{device.code!r} has no channel {name[:64]!r}; it has: {known}"
    )


def _refuse_unit(columns: GrowingColumns, place: int, unit: str, channel: Channel) -> None:
    accepted = ", ".join(CONVERSIONS[channel.quantity])
    detail = f"{unit[:32]!r} is no unit of {channel.quantity}; accepted: {accepted}"
    columns.refuse(place, Reason.FOREIGN_UNIT, detail)


def _resolve_event(
    columns: GrowingColumns,
    place: int,
    content: EventMessage,
    device: Device,
    message: Message,
    settings: Settings,
) -> None:
    if content.seq is not None:
        columns.seqs.append((device.slot, content.seq))
    channel = device.channels.get(content.channel) if content.channel is not None else None
    if content.channel is not None and channel is None:
        _refuse_channel(columns, place, content.channel, device)
        return
    at = to_microseconds(content.ts)
    refusal = judge_time(at, message.received_at, settings)
    if refusal:
        refuse_time(columns, place, refusal, device.slot, message.received_at, at)
        return
    columns.events.append(
        DeviceEvent(
            device.slot,
            channel.slot if channel else None,
            at,
            message.received_at,
            DeviceEventKind(content.event),
            content.state == "active",
            content.seq,
            content.text.replace("\0", "\\u0000") if content.text else None,
            place,
        )
    )


def _resolve_status(
    columns: GrowingColumns, place: int, content: StatusMessage, device: Device, message: Message
) -> None:
    online = content.state == "online"
    # A retained birth is an old one that the broker tells again.
    if online and content.seq is not None and not message.retained:
        columns.births.append((device.slot, content.seq))
    if not online:
        # A will is the broker's word about the device, not the device's own.
        columns.heard.pop(device.slot, None)
    firmware = content.firmware.replace("\0", "\\u0000") if content.firmware else None
    columns.statuses.append(DeviceStatus(device.slot, online, firmware, place))
