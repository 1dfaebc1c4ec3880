"""Which buildings a question is about: those of areas, with all within them, and those that it names."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql
from pydantic import Field

from api.connections import Connection, fetch_one
from api.parameters import Codes, Question

SELECT_BUILDINGS = """
WITH RECURSIVE covered AS (
    SELECT area_id FROM areas WHERE code = ANY(%(areas)s)
    UNION SELECT a.area_id FROM areas a JOIN covered ON a.parent_id = covered.area_id
)
SELECT ARRAY(
    SELECT building_id FROM buildings
    WHERE (cardinality(%(areas)s::text[]) = 0 OR area_id IN (SELECT area_id FROM covered))
      AND (cardinality(%(buildings)s::text[]) = 0 OR code = ANY(%(buildings)s))) AS building_ids"""
# The one condition on buildings of every list; `building_ids` is null where all are meant.
IN_BUILDINGS = sql.SQL("(%(building_ids)s::integer[] IS NULL OR {column} = ANY(%(building_ids)s))")


class PlaceParameters(Question):
    """What an address says of the places that it asks for."""

    area: Codes = Field(default=(), description="With all areas within it")
    building: Codes = ()

    @property
    def places(self) -> PlaceFilter:
        return PlaceFilter(tuple(sorted(self.area)), tuple(sorted(self.building)))


@dataclass(frozen=True)
class PlaceFilter:
    """Codes of areas and of buildings; both empty is everywhere, both given is where both are true."""

    areas: tuple[str, ...] = ()
    buildings: tuple[str, ...] = ()

    async def find(self, connection: Connection) -> list[int] | None:
        """The numbers of the buildings; None for all."""
        if not self.areas and not self.buildings:
            return None
        params = {"areas": list(self.areas), "buildings": list(self.buildings)}
        return await fetch_one(connection, SELECT_BUILDINGS, params, _take_numbers)


def in_buildings(*column: str) -> sql.Composed:
    """`IN_BUILDINGS` about one column."""
    return IN_BUILDINGS.format(column=sql.Identifier(*column))


def _take_numbers(building_ids: list[int]) -> list[int]:
    return building_ids
