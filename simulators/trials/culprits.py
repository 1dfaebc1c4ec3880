"""Which nuisance an alert in ordinary life came from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulators.life.bursts import BURST, ends_of
from simulators.life.habits import NUISANCES
from simulators.life.living import Chunk
from simulators.premises import Premises, place_of_building, place_of_device, place_of_zone
from simulators.trials.alerts import Alert

NOBODY = "drift or noise"
_REMEMBERED_SECONDS = 900.0
# What makes bursts comparable: about the level of each at which a detector would take it for a fire.
_WEIGHTS = {"smoke": 0.15, "heat": 10.0, "co": 40.0}


class Culprits:
    """The bursts of the last quarter of an hour, by what they may have set off."""

    def __init__(self, premises: Premises) -> None:
        self._zones = premises.detector_zone
        self._buildings = premises.zones["building_slot"][self._zones]
        self._recent = np.empty(0, BURST)

    def remember(self, chunk: Chunk, begins: float) -> None:
        """Take in what is under way in a chunk that begins at this time, and forget what is long over."""
        recent = np.concatenate([self._recent, chunk.bursts])
        recent = recent[ends_of(recent) > begins - _REMEMBERED_SECONDS]
        self._recent = np.unique(recent)

    def find(self, alert: Alert, seconds: float) -> str:
        """The heaviest burst until this time at the alert's detector, else in its zone, else in its building."""
        begun: NDArray[np.void] = self._recent[self._recent["begins"] <= seconds]
        weights = sum(np.maximum(begun[name], 0.0) / level for name, level in _WEIGHTS.items())
        there = begun["detector"]
        for near in self._circles(alert, there):
            if near.any():
                heaviest = np.argmax(np.where(near, weights, -1.0))
                return NUISANCES[int(begun["nuisance"][heaviest])].value
        return NOBODY

    def _circles(self, alert: Alert, there: NDArray[np.int32]) -> list[NDArray[np.bool_]]:
        """Ever wider: the detector alone if it is of one detector, the zone alone if it is of one zone."""
        if alert.device_id is not None:
            return [there == place_of_device(alert.device_id)]
        if alert.zone_id is not None:
            place = place_of_zone(alert.zone_id)
            at_home = self._buildings[there] == self._buildings[np.flatnonzero(self._zones == place)[0]]
            return [self._zones[there] == place, at_home]
        return [self._buildings[there] == place_of_building(alert.building_id)]
