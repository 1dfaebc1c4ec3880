"""Which buildings belong to which share: what the operator asks for. `ingest.moves` brings it about."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from psycopg import Connection
from psycopg.rows import TupleRow, class_row

from ingest.moves import MOVE_REGISTRY

SELECT_SHARES = """
SELECT share, is_default, hears_unregistered, process,
       COALESCE(heartbeat_at > clock_timestamp() - INTERVAL '10 seconds', false) AS alive,
       (SELECT count(*) FROM buildings LEFT JOIN building_shares m USING (building_id)
        WHERE CASE WHEN m.building_id IS NULL THEN s.is_default ELSE m.served_by = s.share END) AS buildings,
       (SELECT count(*) FROM building_shares m WHERE m.share = s.share AND m.served_by <> s.share) AS coming
FROM shares s LEFT JOIN workers ON worker = share ORDER BY share"""
INSERT_SHARE = "INSERT INTO shares (share) VALUES (%s) ON CONFLICT DO NOTHING"
SELECT_UNKNOWN = "SELECT code FROM unnest(%s::text[]) AS asked (code) EXCEPT SELECT code FROM buildings"
SELECT_SIZES = """
SELECT buildings.code, count(sensor_id)
FROM buildings LEFT JOIN devices USING (building_id) LEFT JOIN sensors USING (device_id)
GROUP BY buildings.code ORDER BY count(sensor_id) DESC, buildings.code"""
WANT = """
INSERT INTO building_shares AS known (building_id, share, served_by)
SELECT building_id, %(share)s, (SELECT share FROM shares WHERE is_default)
FROM buildings WHERE code = ANY(%(buildings)s)
ON CONFLICT (building_id) DO UPDATE SET share = EXCLUDED.share WHERE known.share <> EXCLUDED.share"""
HEAR_UNREGISTERED = "UPDATE shares SET hears_unregistered = %s WHERE is_default"


class UnknownBuildingError(Exception):
    """Some building is not registered; the message names it, and nothing was moved."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """A share as the operator sees it; `process` is the host and process id that works it, `coming` its moves."""

    share: str
    is_default: bool
    hears_unregistered: bool
    process: str | None
    alive: bool
    buildings: int
    coming: int


def read_shares(connection: Connection[TupleRow]) -> list[Share]:
    with connection.cursor(row_factory=class_row(Share)) as cursor:
        return cursor.execute(SELECT_SHARES).fetchall()


def move_buildings(connection: Connection[TupleRow], buildings: Collection[str], share: str) -> None:
    """Ask that buildings go to a share, which is made if there is none of that name.

    Raises
    ------
    UnknownBuildingError
        Nothing was moved.
    """
    with connection.transaction():
        if unknown := connection.execute(SELECT_UNKNOWN, (list(buildings),)).fetchall():
            names = ", ".join(sorted(code for (code,) in unknown))
            raise UnknownBuildingError(f"not registered: {names}")
        connection.execute(INSERT_SHARE, (share,))
        connection.execute(WANT, {"share": share, "buildings": list(buildings)})
        connection.execute(MOVE_REGISTRY)


def spread_buildings(connection: Connection[TupleRow], shares: int) -> None:
    """Ask that all buildings be spread over so many shares, about as many sensors to each."""
    with connection.transaction():
        for number in range(1, shares + 1):
            connection.execute(INSERT_SHARE, (f"ingest-{number}",))
        sizes = connection.execute(SELECT_SIZES).fetchall()
        for number, buildings in enumerate(_pack(sizes, shares), 1):
            connection.execute(WANT, {"share": f"ingest-{number}", "buildings": buildings})
        connection.execute(MOVE_REGISTRY)


def hear_unregistered(connection: Connection[TupleRow], whether: bool) -> None:
    """Whether the default share listens to buildings that nobody has registered, and so to everybody's messages."""
    with connection.transaction():
        connection.execute(HEAR_UNREGISTERED, (whether,))
        connection.execute(MOVE_REGISTRY)


def _pack(sizes: Iterable[tuple[str, int]], shares: int) -> list[list[str]]:
    """The largest first, each to the share that has least."""
    packed: list[list[str]] = [[] for _ in range(shares)]
    weights = [0] * shares
    for building, size in sizes:
        lightest = weights.index(min(weights))
        packed[lightest].append(building)
        weights[lightest] += size + 1
    return packed
