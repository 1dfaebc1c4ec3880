"""Messages on their way: late, twice, out of order, stored and sent in a burst, lost, or under a wrong clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from simulators.optics import Floats
from simulators.scenarios.incidents import Incident, Number, Patterns, Seconds
from simulators.scenarios.stage import Stage

LATENCY_SECONDS = 0.25
"""From the device to the service, when nothing is in the way."""


@dataclass(frozen=True)
class Mail:
    """Readings (n,) as messages bring them; one message of a device has one number `seq`, from 1 up.

    `observed` is what the device's clock says, `received` when it arrives [s since the beginning].
    """

    slot: NDArray[np.int32]
    device: NDArray[np.int32]
    observed: Floats
    received: Floats
    value: Floats
    quality: NDArray[np.int16]
    seq: NDArray[np.int64]

    def pick(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Mail:
        return Mail(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def join(self, other: Mail) -> Mail:
        return Mail(
            *(
                np.concatenate([getattr(self, name), getattr(other, name)])
                for name in self.__dataclass_fields__
            )
        )

    def of(self, devices: NDArray[np.intp], begin: float, lasts: float | None) -> NDArray[np.bool_]:
        """Which readings (n,) of these devices were measured within a span."""
        end = np.inf if lasts is None else begin + lasts
        sent = self.received - LATENCY_SECONDS
        return np.asarray(np.isin(self.device, devices) & (sent >= begin) & (sent < end))


def write_mail(stage: Stage) -> Mail:
    """One message of each device at each step at which it has anything to say, in the order of time."""
    step, slot = np.nonzero(np.isfinite(stage.values))
    device = stage.site.roster.sensors["device_slot"][slot].astype(np.int32)
    order = np.lexsort((slot, device, step))
    step, slot, device = step[order], slot[order], device[order]
    begins = np.ones(len(step), np.bool_)
    begins[1:] = (step[1:] != step[:-1]) | (device[1:] != device[:-1])
    observed = stage.seconds[step]
    return Mail(
        slot.astype(np.int32),
        device,
        observed,
        observed + LATENCY_SECONDS,
        stage.values[step, slot],
        stage.quality[step, slot],
        _number(device, begins),
    )


def _number(device: NDArray[np.int32], begins: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Numbers (n,) of messages within each device, from 1 up."""
    seq = np.zeros(len(device), np.int64)
    for one in np.unique(device).tolist():
        mine = device == one
        seq[mine] = np.cumsum(begins[mine])
    return seq


class Delivery(Incident):
    """Something between devices and service; `devices` are codes, with * for any."""

    TURN: ClassVar[int] = 4
    devices: Patterns

    def deliver(self, mail: Mail, stage: Stage) -> Mail:
        """The mail as it comes when this is in its way."""
        raise NotImplementedError

    def _find(self, mail: Mail, stage: Stage) -> NDArray[np.bool_]:
        return mail.of(stage.site.find_devices(self.devices), self.at, self.lasts)


class Silence(Delivery):
    """Of so many of a hundred messages nobody ever hears, and the devices do not count them: all of them at 100."""

    kind: Literal["silence"]
    percent: Annotated[float, Field(gt=0.0, le=100.0)] = 100.0

    def deliver(self, mail: Mail, stage: Stage) -> Mail:
        lost = stage.rng.random(int(mail.seq.max()) + 1)[mail.seq] * 100.0 < self.percent
        kept = mail.pick(~(self._find(mail, stage) & lost))
        begins = np.ones(len(kept.seq), np.bool_)
        begins[1:] = (kept.device[1:] != kept.device[:-1]) | (kept.received[1:] != kept.received[:-1])
        kept.seq[:] = _number(kept.device, begins)
        return kept


class Lose(Delivery):
    """Messages are lost on the way: their numbers are missing from then on."""

    kind: Literal["lose"]

    def deliver(self, mail: Mail, stage: Stage) -> Mail:
        return mail.pick(~self._find(mail, stage))


class Skew(Delivery):
    """The clocks of devices are off by `ahead` seconds, behind where it is below nought, and by `gains` a day more."""

    kind: Literal["skew"]
    ahead: Number = 0.0
    gains: Number = 0.0

    def deliver(self, mail: Mail, stage: Stage) -> Mail:
        here = self._find(mail, stage)
        off = self.ahead + self.gains * (mail.received - self.at) / 86_400.0
        mail.observed[here] += off[here]
        return mail


class Duplicate(Delivery):
    """Every message comes `copies` times more, `after` seconds later."""

    kind: Literal["duplicate"]
    copies: Annotated[int, Field(ge=1, le=10)] = 1
    after: Seconds = 2.0

    def deliver(self, mail: Mail, stage: Stage) -> Mail:
        again = mail.pick(self._find(mail, stage))
        for copy in range(1, self.copies + 1):
            later = again.pick(np.arange(len(again.seq)))
            later.received[:] += copy * self.after
            mail = mail.join(later)
        return mail


class Shuffle(Delivery):
    """Each message takes up to `up_to` seconds longer, so that they overtake each other."""

    kind: Literal["shuffle"]
    up_to: Seconds

    def deliver(self, mail: Mail, stage: Stage) -> Mail:
        here = self._find(mail, stage)
        takes = stage.rng.uniform(0.0, self.up_to, int(mail.seq.max()) + 1)[mail.seq]
        mail.received[here] += takes[here]
        return mail


class Buffer(Delivery):
    """What is measured while the line is down is stored, and comes at the end within `within` seconds, in order."""

    kind: Literal["buffer"]
    lasts: Seconds
    within: Seconds = 5.0

    def deliver(self, mail: Mail, stage: Stage) -> Mail:
        here = self._find(mail, stage)
        share = (mail.received - LATENCY_SECONDS - self.at) / self.lasts
        mail.received[here] = (self.at + self.lasts + share * self.within + LATENCY_SECONDS)[here]
        return mail


class Storm(Delivery):
    """Devices lose the line and get it back, over and over: for `down` of every `every` seconds all is stored."""

    kind: Literal["storm"]
    down: Seconds = 60.0
    every: Annotated[float, Field(gt=0.0)] = 120.0

    def deliver(self, mail: Mail, stage: Stage) -> Mail:
        here = self._find(mail, stage)
        since = np.mod(mail.received - LATENCY_SECONDS - self.at, self.every)
        waits = np.maximum(self.down - since, 0.0)
        # All at once, though each in its own order.
        share = since / self.every
        mail.received[here] = np.where(waits > 0.0, mail.received + waits + share, mail.received)[here]
        return mail


class Flood(Delivery):
    """Devices send `per_minute` messages of what they show at the time."""

    kind: Literal["flood"]
    per_minute: Annotated[float, Field(gt=0.0)]

    def deliver(self, mail: Mail, stage: Stage) -> Mail:
        here = mail.pick(self._find(mail, stage))
        steps = np.unique(here.received)
        copies = round(self.per_minute / 60.0 * float(np.min(np.diff(steps)) if len(steps) > 1 else 1.0))
        for copy in range(1, copies):
            more = here.pick(np.arange(len(here.seq)))
            later = copy * 60.0 / self.per_minute
            more.received[:] += later
            more.observed[:] += later
            mail = mail.join(more)
        return mail
