"""When incidents start and end: about one in a given time, in rotation over kinds and buildings."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import numpy as np

from simulators.buildings import City
from simulators.incidents import Incident, IncidentKind, Incidents
from simulators.influences import Influences
from simulators.layout import Layout

log = logging.getLogger(__name__)

FIRST_AFTER_SECONDS = 10.0


class Unrest:
    """The incidents under way.

    Parameters
    ----------
    every_seconds
        Mean time between two starts; zero for none at all.
    rng
        Chooses kinds, places and times.
    """

    def __init__(self, city: City, layout: Layout, every_seconds: float, rng: np.random.Generator) -> None:
        self._city = city
        self._layout = layout
        self._incidents = Incidents(city, layout, rng)
        self._every_seconds = every_seconds
        self._rng = rng
        self._kinds = self._rotate_kinds()
        self._buildings = self._rotate_buildings()
        self._next_at: float | None = None
        self.active: list[Incident] = []

    def step(self, now: float) -> Influences:
        """Start what is due, forget what is over, and say what the rest does to the city."""
        self._start_due(now)
        self._end_over(now)
        influences = Influences.none(self._layout)
        for incident in self.active:
            incident.effect.apply(now - incident.started_at, influences)
        return influences

    def _start_due(self, now: float) -> None:
        if self._next_at is None:
            self._next_at = now + FIRST_AFTER_SECONDS
        if self._every_seconds <= 0 or now < self._next_at:
            return
        self._next_at = now + self._every_seconds * self._rng.uniform(0.75, 1.25)
        incident = self._incidents.make(next(self._kinds), self._choose_building(), now)
        self.active.append(incident)
        log.info("incident starts: %s", self._describe(incident))

    def _end_over(self, now: float) -> None:
        for incident in list(self.active):
            if now - incident.started_at >= incident.lasts_seconds + incident.effect.fades_seconds:
                self.active.remove(incident)
                log.info("incident is over: %s", self._describe(incident))

    def _choose_building(self) -> int:
        """The next in rotation where nothing happens yet; whichever comes when there is none."""
        busy = {incident.building for incident in self.active}
        building = next(self._buildings)
        for _ in self._city.buildings:
            if building not in busy:
                break
            building = next(self._buildings)
        return building

    def _rotate_kinds(self) -> Iterator[IncidentKind]:
        """First round in the order of the enumeration, which begins with a fire; later ones shuffled."""
        kinds = list(IncidentKind)
        while True:
            yield from kinds
            kinds = [kinds[i] for i in self._rng.permutation(len(kinds))]

    def _rotate_buildings(self) -> Iterator[int]:
        order = self._rng.permutation(len(self._city.buildings))
        while True:
            yield from (int(building) for building in order)

    def _describe(self, incident: Incident) -> str:
        building = self._city.buildings[incident.building]
        return f"{incident.kind} in {building.code} {building.name}, {incident.place}"
