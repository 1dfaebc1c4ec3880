"""Sensors that misbehave: what they make of what is there is noisy, coarse, adrift, stuck or marked as bad."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from schemas.domain import DeviceEventKind, Quality
from simulators.scenarios.incidents import Incident, Number, Patterns, Seconds
from simulators.scenarios.stage import Declared, Stage

_DAY = 86_400.0


class _OfSensor(Incident):
    TURN: ClassVar[int] = 1
    where: Patterns


class Noise(_OfSensor):
    """A loose contact: readings scatter by `sigma` beyond their own noise."""

    kind: Literal["noise"]
    sigma: Annotated[float, Field(gt=0.0)]

    def happen(self, stage: Stage) -> None:
        slots, during = stage.site.find_sensors(self.where), stage.during(self.at, self.lasts)
        more = self.sigma * stage.rng.standard_normal((len(stage.seconds), len(slots)))
        stage.values[:, slots] += np.where(during[:, None], more, 0.0)


class Quantise(_OfSensor):
    """A coarse converter: nothing smaller than `step` is shown."""

    kind: Literal["quantise"]
    TURN: ClassVar[int] = 2
    step: Annotated[float, Field(gt=0.0)]

    def happen(self, stage: Stage) -> None:
        slots, during = stage.site.find_sensors(self.where), stage.during(self.at, self.lasts)
        shown = stage.values[:, slots]
        stage.values[:, slots] = np.where(during[:, None], np.round(shown / self.step) * self.step, shown)


class Drift(_OfSensor):
    """Dust or age: readings move by so much a day. A battery fades by it, too."""

    kind: Literal["drift"]
    per_day: Number

    def happen(self, stage: Stage) -> None:
        slots, during = stage.site.find_sensors(self.where), stage.during(self.at, self.lasts)
        moved = self.per_day * (stage.seconds - self.at) / _DAY
        stage.values[:, slots] += np.where(during, moved, 0.0)[:, None]


class Stick(_OfSensor):
    """A dead converter: the last value is shown over and over."""

    kind: Literal["stick"]
    TURN: ClassVar[int] = 3

    def happen(self, stage: Stage) -> None:
        during = stage.during(self.at, self.lasts)
        for slot in stage.site.find_sensors(self.where).tolist():
            shown = np.isfinite(stage.values[:, slot])
            before = np.flatnonzero(shown & (stage.seconds <= self.at))
            last = stage.values[before[-1] if len(before) else np.flatnonzero(shown)[0], slot]
            stage.values[during & shown, slot] = last


class Bad(_OfSensor):
    """The device itself says that its readings are bad: an open wire, a sensor that fails its self-test."""

    kind: Literal["bad"]

    def happen(self, stage: Stage) -> None:
        slots, during = stage.site.find_sensors(self.where), stage.during(self.at, self.lasts)
        stage.quality[np.ix_(during, slots)] = Quality.BAD


class Missing(_OfSensor):
    """Of so many of a hundred samples nothing comes, while the device goes on: all of them at 100."""

    kind: Literal["missing"]
    percent: Annotated[float, Field(gt=0.0, le=100.0)] = 100.0

    def happen(self, stage: Stage) -> None:
        slots, during = stage.site.find_sensors(self.where), stage.during(self.at, self.lasts)
        lost = stage.rng.random((len(stage.seconds), len(slots))) * 100.0 < self.percent
        stage.values[:, slots] = np.where(during[:, None] & lost, np.nan, stage.values[:, slots])


class Dip(_OfSensor):
    """The voltage sags to `percent` of itself for `each` seconds every `every`, and devices report a power fault.

    `devices` are those that say so; it is over for them as soon as the voltage is back.
    """

    kind: Literal["voltage_dip"]
    percent: Annotated[float, Field(ge=0.0, lt=100.0)] = 40.0
    each: Seconds = 10.0
    every: Annotated[float, Field(gt=0.0)] = 600.0
    devices: tuple[str, ...] = ()

    def happen(self, stage: Stage) -> None:
        slots, during = stage.site.find_sensors(self.where), stage.during(self.at, self.lasts)
        low = during & (np.mod(stage.seconds - self.at, self.every) < self.each)
        stage.values[:, slots] *= np.where(low, self.percent / 100.0, 1.0)[:, None]
        end = float(stage.seconds[-1]) if self.lasts is None else self.at + self.lasts
        for device in stage.site.find_devices(self.devices).tolist() if self.devices else ():
            for begin in np.arange(self.at, end, self.every).tolist():
                stage.declared += [
                    Declared(begin, device, DeviceEventKind.POWER_FAULT, True),
                    Declared(begin + self.each, device, DeviceEventKind.POWER_FAULT, False),
                ]


class Weld(Incident):
    """Contacts are welded: what the devices declared last stays as it is, whatever happens."""

    kind: Literal["weld"]
    TURN: ClassVar[int] = 3
    devices: Patterns

    def happen(self, stage: Stage) -> None:
        welded = set(stage.site.find_devices(self.devices).tolist())
        end = np.inf if self.lasts is None else self.at + self.lasts
        stage.declared[:] = [
            one for one in stage.declared if one.device not in welded or not self.at <= one.second < end
        ]
