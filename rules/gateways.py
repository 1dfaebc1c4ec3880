"""A gateway through which nothing comes is one fault; what stands beneath it is unknown, not faulty one by one.

A gateway is heard whenever it or any device beneath it is. It is silent once two of them are overdue and nothing has
come meanwhile. Until that is decided, a device that is overdue beneath it is held back: its silence is its own only
when the gateway was heard at the time at which the device was due, or later.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.catalogue.gateway_silent import GATEWAY_SILENT
from rules.parameters import Resolved
from rules.rule import seconds
from rules.silence import Silence
from schemas.roster import UNKNOWN

Slots = NDArray[np.integer]
Times = NDArray[np.int64]
Flags = NDArray[np.bool_]

FEWEST = 2
"""With a single device to be heard, nobody can tell its silence from its gateway's; then it is told as the device's."""


class Gateways:
    """For each device (n_devices,) whether it is a gateway that is silent."""

    def __init__(self, silence: Silence) -> None:
        self._silence = silence
        self.silent = np.empty(0, np.bool_)

    def adopt(self, devices: NDArray[np.void], parameters: Resolved) -> None:
        """Take over the devices of a newer roster."""
        silent = np.zeros(len(devices), np.bool_)
        silent[: len(self.silent)] = self.silent
        self.silent = silent & devices["served"]
        self._of = _find_gateways(devices)
        # Everybody that speaks through a gateway, those of one gateway side by side.
        self._members = np.argsort(self._of, kind="stable").astype(np.int32)
        self._members = self._members[self._of[self._members] != UNKNOWN]
        self._slots, self._starts, self._counts = np.unique(
            self._of[self._members], return_index=True, return_counts=True
        )
        self._unknown = np.bincount(
            self._of[self._members], self._silence.watched[self._members], len(devices)
        ).astype(np.int64)
        self._unknown -= self._silence.watched & (self._of == np.arange(len(devices)))
        self._find_allowances(parameters)

    def _find_allowances(self, parameters: Resolved) -> None:
        """How long nothing may come: as long as the second of those expected may be silent."""
        expected = self._members[self._silence.watched[self._members]]
        allowed_us = self._silence.allowed_us[expected]
        order = np.lexsort((allowed_us, self._of[expected]))
        of, allowed_us = self._of[expected][order], allowed_us[order]
        starts, ends = np.searchsorted(of, self._slots), np.searchsorted(of, self._slots, side="right")
        self._judged = ends - starts >= FEWEST
        least = parameters.of_devices(GATEWAY_SILENT.id, "least_seconds", self._slots.astype(np.int32))
        self._allowed_us = np.array([seconds(count) for count in least.tolist()], np.int64)
        second = allowed_us[starts[self._judged] + FEWEST - 1]
        self._allowed_us[self._judged] = np.maximum(self._allowed_us[self._judged], second)

    def hear(self, device_slots: Slots, received_at: Times) -> list[tuple[int, int]]:
        """Devices (n,) were heard; returns the gateways that are silent no more, and since when.

        Whatever stands beneath such a gateway gets its full time from then on.
        """
        if not self.silent.any():
            return []
        of = self._of[device_slots]
        back: dict[int, int] = {}
        for place in np.flatnonzero((of != UNKNOWN) & self.silent[of]).tolist():
            back.setdefault(int(of[place]), int(received_at[place]))
        for slot, at in back.items():
            self.silent[slot] = False
            self._silence.excuse(np.flatnonzero(self._of == slot).astype(np.int32), at)
        return list(back.items())

    def sweep(self, now: int) -> list[int]:
        """Slots of the gateways that have become silent."""
        heard_at = self._heard_at()
        overdue = self._judged & (now - heard_at > self._allowed_us)
        fallen = self._slots[overdue & ~self.silent[self._slots]]
        self.silent[fallen] = True
        return [int(slot) for slot in fallen]

    def release(self) -> list[int]:
        """Silent gateways that have nobody left who could be heard; they are silent no more."""
        judged = np.zeros(len(self.silent), np.bool_)
        judged[self._slots[self._judged]] = True
        released = np.flatnonzero(self.silent & ~judged)
        self.silent[released] = False
        return [int(slot) for slot in released]

    def hold(self) -> Flags:
        """Devices (n_devices,) whose silence is not their own, or not yet known to be."""
        held = np.zeros(len(self.silent), np.bool_)
        due_at = self._silence.heard_since()[self._members] + self._silence.allowed_us[self._members]
        gateway_heard_at = np.repeat(self._heard_at(), self._counts)
        judged = np.repeat(self._judged, self._counts)
        held[self._members] = judged & (self.silent[self._of[self._members]] | (gateway_heard_at < due_at))
        return held

    def count_unknown(self, slot: int) -> int:
        """How many devices beneath a gateway are expected to report."""
        return int(self._unknown[slot])

    def _heard_at(self) -> Times:
        """When each gateway, or anybody beneath it, was last heard (n_gateways,)."""
        since = self._silence.heard_since()[self._members]
        latest: Times = np.maximum.reduceat(since, self._starts) if len(since) else since
        return latest


def _find_gateways(devices: NDArray[np.void]) -> Slots:
    """The slot (n_devices,) of the gateway each device speaks through, its own for a gateway, `UNKNOWN` for others."""
    live = devices["served"] & ~devices["retired"]
    above = devices["gateway_slot"]
    speaks_through = live & (above != UNKNOWN)
    speaks_through[speaks_through] &= live[above[speaks_through]]
    of = np.where(speaks_through, above, UNKNOWN).astype(np.int32)
    gateways = np.unique(of[speaks_through])
    of[gateways] = gateways
    return of
