"""Which sensors belong together: current and residual current of a circuit, pressure and flow of a riser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.slow.histories import Span, read_history
from schemas.domain import PHASES, Quantity
from schemas.roster import UNKNOWN, Roster

Slots = NDArray[np.int32]
Keys = NDArray[np.int64]
Floats = NDArray[np.float64]

AIR = frozenset({Quantity.TEMPERATURE, Quantity.HUMIDITY})
"""Of the air of a room, which is that of all that stands in it."""


def make_companion(
    connection: Connection[TupleRow], roster: Roster, slots: Slots, span: Span
) -> Callable[[Quantity], Floats]:
    """``companion(other)``: the means (n, m) of the sensor of another quantity that belongs to each of these (n,)."""
    read: dict[Quantity, Floats] = {}

    def companion(other: Quantity) -> Floats:
        if other not in read:
            read[other] = _read_means(connection, roster, other, find_companions(roster, slots, other), span)
        return read[other]

    return companion


def find_companions(roster: Roster, slots: Slots, other: Quantity) -> Slots:
    """The slot (n,) of the companion of each sensor (n,), `UNKNOWN` where it has none.

    The nearest bond counts: the phase of a circuit, what measures all of the circuit, any phase of it; the device, the
    riser of a water system; for what is measured of the air, the zone. Of several sensors it is the one that was
    registered first.
    """
    in_service = ~roster.devices["retired"][roster.sensors["device_slot"]]
    others = np.flatnonzero(in_service & (roster.sensors["quantity"] == other.code)).astype(np.int32)
    others = others[np.argsort(roster.sensors["sensor_id"][others])]
    found = np.full(len(slots), UNKNOWN, np.int32)
    for mine, theirs in _list_bonds(roster, other):
        found = np.where(found == UNKNOWN, _match(mine[slots], theirs[others], others), found)
    return found


def _list_bonds(roster: Roster, other: Quantity) -> Iterator[tuple[Keys, Keys]]:
    """What joins sensors (n_sensors,), the nearest first: mine and theirs, who with the same key belong together.

    Keys are from nought up.
    """
    yield from _list_circuit_bonds(roster.sensors)
    for keys in _list_other_bonds(roster, other):
        yield keys, keys


def _list_circuit_bonds(sensors: NDArray[np.void]) -> Iterator[tuple[Keys, Keys]]:
    """The current of the same phase warms a cable, that of another says little of it."""
    circuit, phase = sensors["circuit_slot"].astype(np.int64), sensors["phase"].astype(np.int64)
    of_phase = np.where(circuit == UNKNOWN, UNKNOWN, circuit * (len(PHASES) + 1) + phase + 1)
    yield of_phase, of_phase
    yield circuit, np.where(phase == UNKNOWN, circuit, UNKNOWN)
    yield circuit, circuit


def _list_other_bonds(roster: Roster, other: Quantity) -> Iterator[Keys]:
    sensors, devices = roster.sensors, roster.devices[roster.sensors["device_slot"]]
    yield sensors["device_slot"].astype(np.int64)
    system = (devices["building_slot"].astype(np.int64) << 40) + (devices["system"].astype(np.int64) << 32)
    yield np.where(devices["system"] == UNKNOWN, UNKNOWN, system + devices["riser"] + 1)
    if other in AIR:
        yield devices["zone_slot"].astype(np.int64)


def _match(mine: Keys, theirs: Keys, others: Slots) -> Slots:
    """For each of my keys (n,) the first of the others (m,) with that key."""
    known = theirs >= 0
    keys, first = np.unique(theirs[known], return_index=True)
    if not len(keys):
        return np.full(len(mine), UNKNOWN, np.int32)
    places = np.minimum(np.searchsorted(keys, mine), len(keys) - 1)
    same = (mine >= 0) & (keys[places] == mine)
    return np.where(same, others[known][first[places]], UNKNOWN).astype(np.int32)


def _read_means(
    connection: Connection[TupleRow], roster: Roster, other: Quantity, companions: Slots, span: Span
) -> Floats:
    ids = roster.sensors["sensor_id"][companions]
    has = companions != UNKNOWN
    wanted = np.unique(ids[has])
    history = read_history(connection, other, np.zeros(len(wanted), np.int32), wanted, span)
    means = np.full((len(companions), span.count), np.nan)
    means[has] = history.mean[np.searchsorted(wanted, ids[has])]
    return means
