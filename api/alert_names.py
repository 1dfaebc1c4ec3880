"""The numbers of what a question names: places by their codes, and whatever a text is part of.

How many numbers there are is known before alerts are looked for, and decides along which index they are read.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from api.alert_question import AlertQuestion
from api.connections import Connection, fetch_one
from api.cursors import MAX_BIGINT

SELECT_PLACES = """
WITH RECURSIVE covered AS (
    SELECT area_id FROM areas WHERE code = ANY(%(areas)s)
    UNION SELECT a.area_id FROM areas a JOIN covered ON a.parent_id = covered.area_id
)
SELECT ARRAY(SELECT building_id FROM buildings WHERE code = ANY(%(buildings)s)) AS building_ids,
       ARRAY(SELECT building_id FROM buildings JOIN covered USING (area_id)) AS area_building_ids,
       ARRAY(SELECT zone_id FROM zones WHERE code = ANY(%(zones)s)) AS zone_ids,
       ARRAY(SELECT device_id FROM devices WHERE code = ANY(%(devices)s)) AS device_ids"""
# People are named in the alerts alone. From each name the index leads to the next, past all alerts of the one.
SELECT_MEANT = """
WITH RECURSIVE acknowledging AS (
    SELECT min(acknowledged_by) AS name FROM alerts
    UNION ALL SELECT (SELECT min(acknowledged_by) FROM alerts WHERE acknowledged_by > name)
    FROM acknowledging WHERE name IS NOT NULL
), assigned AS (
    SELECT min(assigned_to) AS name FROM alerts
    UNION ALL SELECT (SELECT min(assigned_to) FROM alerts WHERE assigned_to > name)
    FROM assigned WHERE name IS NOT NULL
), ruling AS (
    SELECT min(verdict_by) AS name FROM alerts
    UNION ALL SELECT (SELECT min(verdict_by) FROM alerts WHERE verdict_by > name)
    FROM ruling WHERE name IS NOT NULL
), people AS (
    SELECT name FROM acknowledging UNION SELECT name FROM assigned UNION SELECT name FROM ruling
)
SELECT ARRAY(SELECT rule FROM rules WHERE strpos(lower(concat_ws(' ', rule, title_zh, title_en)), %(text)s) > 0)
           AS text_rules,
       ARRAY(SELECT building_id FROM buildings WHERE strpos(lower(code || ' ' || name), %(text)s) > 0)
           AS text_buildings,
       ARRAY(SELECT zone_id FROM zones WHERE strpos(lower(code || ' ' || name), %(text)s) > 0) AS text_zones,
       ARRAY(SELECT device_id FROM devices WHERE strpos(lower(code || ' ' || name), %(text)s) > 0) AS text_devices,
       ARRAY(SELECT name FROM people WHERE strpos(lower(name), %(text)s) > 0) AS text_people"""


@dataclass(frozen=True)
class PlaceNumbers:
    """Of the places that a question names by their codes."""

    building_ids: list[int]
    area_building_ids: list[int]
    zone_ids: list[int]
    device_ids: list[int]


@dataclass(frozen=True)
class Meant:
    """What a text is part of."""

    text_rules: list[str]
    text_buildings: list[int]
    text_zones: list[int]
    text_devices: list[int]
    text_people: list[str]


NOWHERE, NOTHING = PlaceNumbers([], [], [], []), Meant([], [], [], [], [])


@dataclass(frozen=True)
class Names:
    """Everything that a question names, by number."""

    places: PlaceNumbers = NOWHERE
    meant: Meant = NOTHING
    alerts: tuple[int, ...] = ()

    @property
    def params(self) -> dict[str, object]:
        found = {
            field.name: getattr(part, field.name)
            for part in (self.places, self.meant)
            for field in fields(part)
        }
        return found | {"text_alerts": list(self.alerts)}


async def find_names(connection: Connection, question: AlertQuestion) -> Names:
    """Look up what the question names; nothing where it names nothing."""
    places, meant = NOWHERE, NOTHING
    alerts: tuple[int, ...] = ()
    if question.areas or question.buildings or question.zones or question.devices:
        codes = {name: list(getattr(question, name)) for name in ("areas", "buildings", "zones", "devices")}
        places = await fetch_one(connection, SELECT_PLACES, codes, PlaceNumbers) or NOWHERE
    if question.text:
        text = question.text.lower()
        meant = await fetch_one(connection, SELECT_MEANT, {"text": text}, Meant) or NOTHING
        alerts = _read_number(text)
    return Names(places, meant, alerts)


def _read_number(text: str) -> tuple[int, ...]:
    is_number = text.isascii() and text.isdigit() and text == str(int(text)) and int(text) <= MAX_BIGINT
    return (int(text),) if is_number else ()
