"""One fire: how it grows, how far it is felt, and what is left after it is put out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from schemas.domain import ZoneUse
from simulators import fires
from simulators.buildings import City
from simulators.fires import CABLE, FOAM, WOOD, Fuel, Growth
from simulators.influences import Influences
from simulators.layout import Detectors, Indexes
from simulators.optics import Floats

_DIES_SECONDS = 20.0


@dataclass(frozen=True)
class Burn:
    """What burns in zones of one use: of the classes usual for it the faster one."""

    growth: Growth
    fuel: Fuel
    peak_kw: float


BURNS: dict[ZoneUse, Burn] = {
    ZoneUse.ROOM: Burn(Growth.FAST, WOOD, 1500.0),
    ZoneUse.KITCHEN: Burn(Growth.FAST, WOOD, 800.0),
    ZoneUse.OFFICE: Burn(Growth.FAST, WOOD, 1200.0),
    ZoneUse.SHOP: Burn(Growth.FAST, WOOD, 2000.0),
    ZoneUse.PLANT: Burn(Growth.ULTRA_FAST, WOOD, 2000.0),
    ZoneUse.CHARGING: Burn(Growth.ULTRA_FAST, FOAM, 1500.0),
    ZoneUse.GARAGE: Burn(Growth.FAST, FOAM, 2000.0),
    ZoneUse.ELECTRICAL_ROOM: Burn(Growth.FAST, CABLE, 800.0),
}


@dataclass(frozen=True)
class Reach:
    """How one zone feels a fire elsewhere: later, and weaker in heat than in smoke."""

    delay_seconds: float
    heat_share: float
    smoke_share: float


ORIGIN = Reach(0.0, 1.0, 1.0)
ADJOINING = Reach(30.0, 0.10, 0.15)
ABOVE = Reach(60.0, 0.02, 0.06)


@dataclass(frozen=True)
class Fire:
    """A fire as the detectors around it feel it; all arrays are (n_reached,).

    Attributes
    ----------
    detectors
        Positions among the detectors of the city.
    put_out_seconds
        From ignition until somebody puts it out; it then dies away with a time constant of 20 s.
    """

    burn: Burn
    detectors: Indexes
    ceiling_m: Floats
    radius_m: Floats
    delay_seconds: Floats
    heat_share: Floats
    smoke_share: Floats
    put_out_seconds: float
    fades_seconds: float = 90.0

    def apply(self, elapsed: float, influences: Influences) -> None:
        """Add what is felt `elapsed` seconds after ignition."""
        since = elapsed - self.delay_seconds
        lag = fires.transport_seconds(self._heat(since), self.ceiling_m, self.radius_m)
        heat_kw = self._heat(since - lag)
        jet = fires.ceiling_jet_rise(heat_kw, self.ceiling_m, self.radius_m)
        velocity = fires.ceiling_jet_velocity(heat_kw, self.ceiling_m, self.radius_m)
        influences.gas_rise[self.detectors] += jet * self.heat_share
        influences.jet_velocity[self.detectors] = np.maximum(
            influences.jet_velocity[self.detectors], velocity
        )
        influences.smoke[self.detectors] += fires.smoke_density(jet, self.burn.fuel) * self.smoke_share
        influences.co[self.detectors] += fires.co_rise_ppm(jet, self.burn.fuel) * self.smoke_share

    def _heat(self, seconds: Floats) -> Floats:
        growing = np.minimum(seconds, self.put_out_seconds)
        released = fires.heat_release_kw(self.burn.growth.value, growing, self.burn.peak_kw)
        return released * np.exp(-np.maximum(seconds - self.put_out_seconds, 0.0) / _DIES_SECONDS)


def ignite(
    city: City, detectors: Detectors, zone: int, put_out_seconds: float, rng: np.random.Generator
) -> Fire:
    """A fire in `zone` that is felt there, in the adjoining zones and in the one above."""
    reaches = dict.fromkeys(city.above(zone), ABOVE)
    reaches |= dict.fromkeys(city.adjoining(zone), ADJOINING)
    reaches[zone] = ORIGIN
    reached = np.flatnonzero(np.isin(detectors.zone, list(reaches)))
    felt = [reaches[int(there)] for there in detectors.zone[reached]]
    at_origin = detectors.zone[reached] == zone
    near, far = rng.uniform(1.0, 3.0, len(reached)), rng.uniform(4.0, 6.0, len(reached))
    return Fire(
        burn=BURNS[city.zones[zone].use],
        detectors=reached,
        ceiling_m=detectors.ceiling_m[reached],
        radius_m=np.where(at_origin, near, far),
        delay_seconds=np.array([reach.delay_seconds for reach in felt]),
        heat_share=np.array([reach.heat_share for reach in felt]),
        smoke_share=np.array([reach.smoke_share for reach in felt]),
        put_out_seconds=put_out_seconds,
    )
