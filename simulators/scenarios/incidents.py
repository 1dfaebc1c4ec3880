"""What happens in a building: values that change, water that goes, things that devices declare."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from schemas.domain import DeviceEventKind, ScopeKind
from simulators.optics import Floats
from simulators.scenarios.stage import Declared, Stage, lift_of

Seconds = Annotated[float, Field(ge=0.0, le=200 * 86_400.0, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Patterns = Annotated[tuple[str, ...], Field(min_length=1)]


class Incident(BaseModel):
    """Something that begins at a second of the scenario and lasts for a while, or to its end.

    Incidents of a lower `TURN` change the columns first: what is in the building, then what a sensor makes of it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    TURN: ClassVar[int] = 0

    at: Seconds
    lasts: Seconds | None = None

    def happen(self, stage: Stage) -> None:
        """Change the columns of the stage; nothing of it but deliveries is left to others."""


class _OfSensors(Incident):
    """`where` are paths ``DEVICE/channel`` of sensors, with * for any."""

    where: Patterns


class _Gradual(Incident):
    """It is there within `reaches_in` and gone again within `goes_in`."""

    reaches_in: Seconds = 0.0
    goes_in: Seconds = 0.0

    def share(self, stage: Stage) -> Floats:
        """How much of it is there at each time, 0 to 1: (n_times, 1)."""
        return stage.ramp(self.at, self.lasts, self.reaches_in, self.goes_in)[:, None]


class Level(_OfSensors, _Gradual):
    """Sensors show a value instead of the usual."""

    kind: Literal["level"]
    value: Number

    def happen(self, stage: Stage) -> None:
        slots = stage.site.find_sensors(self.where)
        stage.values[:, slots] += self.share(stage) * (self.value - stage.level[slots])


class Rise(_OfSensors, _Gradual):
    """Sensors show so much more than they did."""

    kind: Literal["rise"]
    by: Number

    def happen(self, stage: Stage) -> None:
        slots = stage.site.find_sensors(self.where)
        stage.values[:, slots] += self.share(stage) * self.by


class Head(_Gradual):
    """The worst hydrant has so much pressure, and every gauge shows it with the height between them; none below 0."""

    kind: Literal["head"]
    mpa: Number
    where: Patterns = ("*/pressure",)

    def happen(self, stage: Stage) -> None:
        slots = stage.site.find_sensors(self.where)
        target = np.maximum(self.mpa + lift_of(stage.site)[slots], 0.0)
        stage.values[:, slots] += self.share(stage) * (target - stage.level[slots])


class Saw(Incident):
    """A jockey pump at work: pressure falls by `span_mpa` within `period`, and is lifted again at once.

    It is lifted at the beginning of every period; of the fall nothing is seen in the lower half of the noise.
    """

    kind: Literal["saw"]
    period: Annotated[float, Field(gt=0.0)]
    span_mpa: Annotated[float, Field(gt=0.0)]
    where: Patterns = ("*/pressure",)

    def happen(self, stage: Stage) -> None:
        slots = stage.site.find_sensors(self.where)
        fallen: Floats = np.mod(stage.seconds - self.at, self.period) / self.period
        during = stage.during(self.at, self.lasts)
        stage.values[:, slots] += np.where(during, self.span_mpa * (0.5 - fallen), 0.0)[:, None]


class Declare(Incident):
    """Devices declare a state, and after `lasts` its end; `times` over, one every `every` seconds."""

    kind: Literal["declare"]
    devices: Patterns
    event: DeviceEventKind
    times: Annotated[int, Field(ge=1, le=1000)] = 1
    every: Annotated[float, Field(gt=0.0)] = 60.0

    def happen(self, stage: Stage) -> None:
        for device in stage.site.find_devices(self.devices).tolist():
            for turn in range(self.times):
                begin = self.at + turn * self.every
                stage.declared.append(Declared(begin, device, self.event, True))
                if self.lasts is not None:
                    stage.declared.append(Declared(begin + self.lasts, device, self.event, False))


class Window(Incident):
    """Somebody declares a test, drill or maintenance of the building, or of one zone or device of it."""

    kind: Literal["window"]
    lasts: Seconds
    scope: ScopeKind
    zone: str | None = None
    device: str | None = None
