"""The stream of a real fire: half an hour of quiet, then the meters' rows as they were sampled."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from schemas.columns import MICROSECONDS
from schemas.domain import ZONE_USES, Quantity, ZoneUse
from simulators.premises import CHANNELS, Premises, lay_out_sites, lay_out_zones
from simulators.samples import Samples
from simulators.trials.real_fires import RealFire

IGNITION_US = 1_795_420_800 * MICROSECONDS
QUIET_SECONDS = 1800.0
_BASELINE_UNTIL_SECONDS = 10.0
_NOISE = {Quantity.SMOKE: 0.01, Quantity.TEMPERATURE: 0.05}
"""σ of the quiet [dB/m, K], as the data's own description has it."""


@dataclass(frozen=True)
class Stream:
    """The detectors of a test and their samples."""

    premises: Premises
    samples: Samples


def make_stream(fire: RealFire, seed: int) -> Stream:
    """The stream of one test; each has a seed of its own, whatever other tests stand beside it."""
    premises = _equip(fire)
    interval = fire.interval_seconds
    n_quiet = round(QUIET_SECONDS / interval)
    quiet_seconds = fire.seconds[0] - interval * np.arange(n_quiet, 0, -1)
    seconds = np.concatenate([quiet_seconds, fire.seconds])
    values = np.full((len(seconds), premises.sensor_count), np.nan)
    rng = np.random.default_rng([seed, zlib.crc32(fire.name.encode())])
    for (location, quantity), measured in sorted(fire.meters.items()):
        slot = premises.slots(quantity)[_detectors(fire).index(location)]
        early = measured[fire.seconds <= _BASELINE_UNTIL_SECONDS]
        early = early[np.isfinite(early)]
        values[n_quiet:, slot] = measured
        if len(early):
            noise = _NOISE[quantity] * rng.standard_normal(n_quiet)
            values[:n_quiet, slot] = np.median(early) + noise
    at = IGNITION_US + np.round(seconds * MICROSECONDS).astype(np.int64)
    return Stream(premises, Samples(at, values))


def zone_code(location: str) -> str:
    """Code of the zone of a location."""
    return f"LOCATION-{location}"


def _detectors(fire: RealFire) -> list[str]:
    """Locations that have a meter, each with one detector."""
    return sorted({location for location, _ in fire.meters})


def _equip(fire: RealFire) -> Premises:
    """A dwelling of one storey, one zone a location: nothing else is told, so that all its rooms adjoin."""
    zones = lay_out_zones(len(fire.locations))
    zones["use"] = ZONE_USES.index(ZoneUse.ROOM)
    detectors = _detectors(fire)
    return Premises(
        sites=lay_out_sites(1),
        site_codes=[fire.name],
        zones=zones,
        zone_codes=[zone_code(location) for location in fire.locations],
        detector_zone=np.array([fire.locations.index(location) for location in detectors], np.intp),
        channels=np.array(
            [[(location, quantity) in fire.meters for quantity in CHANNELS] for location in detectors],
            np.bool_,
        ).reshape(len(detectors), len(CHANNELS)),
        interval_seconds=fire.interval_seconds,
    )
