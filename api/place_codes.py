"""Places as people name them: by the codes of a building and, if they say more, of a zone or a device in it."""

from __future__ import annotations

from dataclasses import dataclass

from api.connections import Connection, fetch_one
from api.problems import ProblemError

SELECT_PLACE = """
SELECT b.building_id, z.zone_id, d.device_id
FROM buildings b
LEFT JOIN zones z ON z.building_id = b.building_id AND z.code = %(zone)s
LEFT JOIN devices d ON d.building_id = b.building_id AND d.code = %(device)s
WHERE b.code = %(building)s"""


@dataclass(frozen=True)
class Place:
    """The numbers of a place; None for what was not named."""

    building_id: int
    zone_id: int | None
    device_id: int | None


async def find_place(connection: Connection, building: str, zone: str | None, device: str | None) -> Place:
    """Look a place up.

    Raises
    ------
    ProblemError
        Nothing of that name is registered.
    """
    params = {"building": building, "zone": zone, "device": device}
    place = await fetch_one(connection, SELECT_PLACE, params, Place)
    if place is None:
        raise ProblemError(422, "no-such-place", f"there is no building {building}")
    if zone is not None and place.zone_id is None:
        raise ProblemError(422, "no-such-place", f"building {building} has no zone {zone}")
    if device is not None and place.device_id is None:
        raise ProblemError(422, "no-such-place", f"building {building} has no device {device}")
    return place
