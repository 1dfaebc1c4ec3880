"""Which sensors belong together: current and residual current of a circuit, pressure and flow of a riser."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.slow.histories import Span, read_history
from rules.slow.history import History
from schemas.domain import Quantity

Floats = NDArray[np.float64]

# A circuit or a water system joins sensors of several devices of a building; where none is named, the device does.
# Read as JSON, so that a registry without these columns serves as well.
SELECT_BONDS = """
SELECT s.sensor_id, s.quantity = %(other)s, d.building_id, d.device_id,
       COALESCE('circuit ' || (to_jsonb(s) ->> 'circuit'), 'system ' || (to_jsonb(d) ->> 'system'))
FROM sensors s JOIN devices d USING (device_id)
WHERE s.quantity IN (%(quantity)s, %(other)s) AND NOT d.retired
ORDER BY s.sensor_id"""


def make_companion(
    connection: Connection[TupleRow], quantity: Quantity, sensor_ids: NDArray[np.int32], span: Span
) -> Callable[[Quantity], Floats]:
    """``companion(other)``: the means (n, m) of the sensor of another quantity that belongs to each of these (n,)."""
    read: dict[Quantity, Floats] = {}

    def companion(other: Quantity) -> Floats:
        if other not in read:
            read[other] = _read_means(
                connection, other, find_companions(connection, quantity, other, sensor_ids), span
            )
        return read[other]

    return companion


def find_companions(
    connection: Connection[TupleRow], quantity: Quantity, other: Quantity, sensor_ids: NDArray[np.int32]
) -> NDArray[np.int32]:
    """The id (n,) of the companion of each sensor (n,), nought where it has none; of several the one with the least."""
    rows = connection.execute(SELECT_BONDS, {"quantity": quantity, "other": other}).fetchall()
    by_bond: dict[tuple[int, str | int], int] = {}
    for sensor_id, is_other, building_id, device_id, bond in reversed(rows):
        if is_other:
            by_bond[building_id, device_id] = sensor_id
            if bond is not None:
                by_bond[building_id, bond] = sensor_id
    found = {
        sensor_id: by_bond.get((building_id, bond), 0) or by_bond.get((building_id, device_id), 0)
        for sensor_id, is_other, building_id, device_id, bond in rows
        if not is_other or quantity == other
    }
    return np.array([found.get(sensor_id, 0) for sensor_id in sensor_ids.tolist()], np.int32)


def _read_means(
    connection: Connection[TupleRow], other: Quantity, companions: NDArray[np.int32], span: Span
) -> Floats:
    ids = np.unique(companions[companions > 0])
    history: History = read_history(connection, other, np.zeros(len(ids), np.int32), ids, span)
    means = np.full((len(companions), span.count), np.nan)
    has = np.flatnonzero(companions > 0)
    means[has] = history.mean[np.searchsorted(ids, companions[has])]
    return means
