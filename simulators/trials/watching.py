"""Two watchers over one stream: an engine with its rules, and plain detectors with fixed limits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from schemas.columns import Batch
from schemas.domain import Quantity, Severity, SignalClass
from schemas.roster import UNKNOWN
from simulators.premises import BUILDING_ID_BASE, DEVICE_ID_BASE, Premises, enrol
from simulators.samples import Samples
from simulators.trials.alerts import Alert, Colours, RuleEngine
from simulators.trials.plain_detector import PlainDetectors

STEPS_PER_BATCH = 6
"""A minute of samples of every ten seconds."""


class Watchers:
    """Both, over the same premises from the same moment on."""

    def __init__(self, premises: Premises, engine: RuleEngine) -> None:
        self._premises = premises
        self._engine = engine
        self._engine.adopt(enrol(premises))
        self._colours = Colours()
        slots = premises.slots(Quantity.SMOKE)
        self._with_smoke = np.flatnonzero(slots != UNKNOWN)
        self._smoke_slots = slots[self._with_smoke]
        self._plain_detectors = PlainDetectors(len(self._with_smoke))
        self.readings = 0

    def ask_rules(self, samples: Samples, steps_per_batch: int = STEPS_PER_BATCH) -> Iterator[Alert]:
        """What the engine raises, dated by the end of the batch in which it came out."""
        for part in samples.cut(steps_per_batch):
            readings, now = part.readings(), int(part.at[-1])
            self.readings += len(readings)
            yield from self._colours.follow(self._engine.evaluate(Batch(readings), now), now)

    def ask_plain(self, samples: Samples) -> Iterator[Alert]:
        """What fixed limits raise on the smoke sensors."""
        smoke = samples.values[:, self._smoke_slots]
        for at, row in zip(samples.at.tolist(), smoke, strict=True):
            raised = self._plain_detectors.step(at, row)
            for signal_class, where in (
                (SignalClass.FIRE, raised.fire),
                (SignalClass.WARNING, raised.warning),
            ):
                for place in np.flatnonzero(where):
                    yield self._describe(at, int(self._with_smoke[place]), signal_class)

    def _describe(self, at: int, detector: int, signal_class: SignalClass) -> Alert:
        severity = Severity.ORANGE if signal_class is SignalClass.FIRE else Severity.YELLOW
        zone = self._premises.zones[self._premises.detector_zone[detector]]
        return Alert(
            at,
            "fixed_limit",
            signal_class,
            severity,
            None,
            int(zone["building_slot"]) + BUILDING_ID_BASE,
            int(zone["zone_id"]),
            detector + DEVICE_ID_BASE,
        )
