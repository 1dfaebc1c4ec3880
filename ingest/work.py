"""What one transaction has to write, and the form in which the database takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ingest.arrays import write_array
from ingest.late_readings import Late, find_late, last_on_time
from ingest.resolving import Resolved
from ingest.snapshots import Snapshot
from ingest.store_readings import encode_readings
from rules.changes import Change
from schemas.roster import Roster


@dataclass(frozen=True)
class Work:
    """Everything one transaction has to write.

    `number` is the batch's own, larger than that of any before in its lane; `receipts` maps device slots to the
    number up to which everything is stored once this batch is. `parameters_version` names the parameters that the
    changes were judged by, and `snapshots` where the rules stood after it.
    """

    worker: str
    number: int
    resolved: Resolved
    changes: Sequence[Change]
    roster: Roster
    receipts: Mapping[int, int]
    parameters_version: str = ""
    snapshots: Sequence[Snapshot] = ()

    def prepare(self) -> None:
        """Bring it into the form the database takes; left undone, it is done when it is stored."""
        _ = self.copy_stream, self.device_states, self._late

    @cached_property
    def copy_stream(self) -> bytearray:
        """Its readings as COPY takes them."""
        return encode_readings(self.resolved.batch.readings, self.sensor_ids)

    @cached_property
    def device_states(self) -> tuple[str, str, str, str]:
        """Arrays of the devices heard: their ids, when they were heard and when they measured, their receipts."""
        heard, device_ids = self.resolved.heard, self.roster.devices["device_id"]
        # In the order of ids, so that two writers never wait for each other.
        slots = sorted(heard, key=device_ids.tolist().__getitem__)
        observed = _newest_by_device(self.resolved.batch.readings, self.roster)
        return (
            write_array(device_ids[slots].tolist()),
            write_array(heard[slot] for slot in slots),
            write_array(observed[slots].tolist()),
            write_array(self.receipts.get(slot, -1) for slot in slots),
        )

    def find_late(self, now: int | None) -> Late:
        """Its readings of hours that are summed up at `now`; None where it may have lain in a spool for long."""
        upto = None if now is None else last_on_time(now)
        return self._late if self._late.upto == upto else self._find_late(upto)

    @cached_property
    def _late(self) -> Late:
        return self._find_late(last_on_time(int(self.resolved.batch.readings["received_at"].max(initial=0))))

    def _find_late(self, upto: int | None) -> Late:
        return find_late(self.resolved.batch.readings, self.sensor_ids, upto)

    @cached_property
    def sensor_ids(self) -> NDArray[np.int32]:
        """Of each of its readings, (n_samples,)."""
        sensor_ids: NDArray[np.int32] = self.roster.sensors["sensor_id"][self.resolved.batch.readings["slot"]]
        return sensor_ids


def _newest_by_device(readings: NDArray[np.void], roster: Roster) -> NDArray[np.int64]:
    newest = np.zeros(len(roster.devices), np.int64)
    # On a column of a structured array, as it stands between others, `at` takes ten times as long.
    observed_at = np.ascontiguousarray(readings["observed_at"])
    np.maximum.at(newest, roster.sensors["device_slot"][readings["slot"]], observed_at)
    return newest
