"""Names of rules, buildings and devices, kept in memory so that they can be read while the database is away."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import LiteralString, TypeVar

import psycopg

from api.alert_models import Words
from api.connections import Connection, Lender, fetch_all, fetch_one
from api.notice_board import Held, NoticeBoard

log = logging.getLogger(__name__)

REFRESH_SECONDS = 60
LOOK_SECONDS = 1
WORK_SECONDS = 30
PAGE = 2000

SELECT_VERSION = "SELECT version FROM registry_version"
SELECT_RULES = "SELECT rule, title_zh, title_en, advice_zh, advice_en FROM rules"
SELECT_BUILDINGS = """
SELECT b.code, b.name, g.code AS area_code, g.name AS area_name
FROM buildings b JOIN areas g USING (area_id)"""
# In pages, so that a city's devices do not hold up the answers to anybody.
SELECT_DEVICES = """
SELECT d.device_id AS id, b.code AS building, d.code, d.name
FROM devices d JOIN buildings b USING (building_id)
WHERE d.device_id > %(after)s ORDER BY d.device_id LIMIT %(limit)s"""
SELECT_ZONES = """
SELECT z.zone_id AS id, b.code AS building, z.code, z.name, z.floor, z.zone_use AS use
FROM zones z JOIN buildings b USING (building_id)
WHERE z.zone_id > %(after)s ORDER BY z.zone_id LIMIT %(limit)s"""
# Whoever was away from the broker when an alert was stored finds its change here, by its event time. A raise of
# what is active already writes no change: then the list of alerts shows it.
SELECT_STORED = """
SELECT EXISTS (
    SELECT FROM alerts a JOIN alert_events e USING (alert_id)
    WHERE a.rule = %(rule)s AND a.subject_kind = %(subject_kind)s AND a.subject_id = %(subject_id)s
      AND (e.at = to_timestamp(0) + %(at)s * interval '1 microsecond' AND e.condition = %(condition)s
           OR %(condition)s = 'active' AND a.condition = 'active' AND a.closed_at IS NULL)) AS stored"""


@dataclass(frozen=True, slots=True)
class RuleWords:
    title: Words
    advice: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingName:
    code: str
    name: str
    area_code: str
    area_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceName:
    id: int
    building: str
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneName(DeviceName):
    floor: int
    use: str


Name = TypeVar("Name", bound=DeviceName)


@dataclass(frozen=True)
class Registry:
    """Buildings by code, devices and zones by the building's code and their own, as of one version of the registry."""

    version: int = -1
    buildings: dict[str, BuildingName] = field(default_factory=dict)
    devices: dict[tuple[str, str], DeviceName] = field(default_factory=dict)
    zones: dict[tuple[str, str], ZoneName] = field(default_factory=dict)


class Names:
    """What was last read of the names; a missing one is shown by its code."""

    def __init__(self) -> None:
        self.rules: dict[str, RuleWords] = {}
        self.registry = Registry()

    async def refresh(self, connection: Connection) -> None:
        """Read the rules anew, and the registry if it has moved."""
        self.rules = dict(await fetch_all(connection, SELECT_RULES, {}, _make_words))
        version = await fetch_one(connection, SELECT_VERSION, {}, lambda version: int(version))
        if version is not None and version != self.registry.version:
            self.registry = await _read_registry(connection, version)


async def keep_current(connections: Lender, names: Names, board: NoticeBoard) -> None:
    """Keep the names fresh, and the board free of what is stored, as long as the database answers."""
    clock = asyncio.get_running_loop().time
    refresh_at = clock()
    while True:
        is_due = clock() >= refresh_at
        try:
            if is_due or len(board):
                async with connections.borrow(WORK_SECONDS) as connection:
                    await settle_stored(connection, board)
                    if is_due:
                        await names.refresh(connection)
                        # A new installation soon has its first rules.
                        refresh_at = clock() + (REFRESH_SECONDS if names.rules else 0)
        except (psycopg.Error, TimeoutError) as error:
            log.debug("the names of places stay as they are: %s", error)
        await asyncio.sleep(LOOK_SECONDS)


async def settle_stored(connection: Connection, board: NoticeBoard) -> None:
    """Let go of alerts that are in the tables though nobody has told us."""
    board.settle([held for held in board.list_held() if await _is_stored(connection, held)])


async def _is_stored(connection: Connection, held: Held) -> bool:
    rule, subject_kind, subject_id = held.key
    params = {
        "rule": rule,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "at": held.changed_at,
        "condition": held.condition,
    }
    return bool(await fetch_one(connection, SELECT_STORED, params, lambda stored: bool(stored)))


async def _read_registry(connection: Connection, version: int) -> Registry:
    buildings = await fetch_all(connection, SELECT_BUILDINGS, {}, BuildingName)
    return Registry(
        version,
        {building.code: building for building in buildings},
        await _read_names(connection, SELECT_DEVICES, DeviceName),
        await _read_names(connection, SELECT_ZONES, ZoneName),
    )


async def _read_names(
    connection: Connection, query: LiteralString, kind: type[Name]
) -> dict[tuple[str, str], Name]:
    names: list[Name] = []
    page: list[Name] | None = None
    while page is None or len(page) == PAGE:
        params = {"after": names[-1].id if names else 0, "limit": PAGE}
        page = await fetch_all(connection, query, params, kind)
        names += page
    return {(name.building, name.code): name for name in names}


def _make_words(
    rule: str, title_zh: str, title_en: str, advice_zh: str, advice_en: str
) -> tuple[str, RuleWords]:
    return rule, RuleWords(Words(zh=title_zh, en=title_en), Words(zh=advice_zh, en=advice_en))
