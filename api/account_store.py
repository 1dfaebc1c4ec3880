"""Accounts out of the tables: whom a key or session belongs to, and passwords that match."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from api.access import Access
from api.connections import Connection, Lender, fetch_one
from schemas.accounts import Role, Token, digest_token, hash_password, is_password

SESSION_HOURS = 12
"""A shift."""

SELECT_HOLDER = """
SELECT a.name, a.role, a.all_buildings,
       ARRAY(SELECT building_id FROM account_buildings WHERE account_id = a.account_id) AS building_ids,
       ARRAY(SELECT code FROM account_buildings JOIN buildings USING (building_id) WHERE account_id = a.account_id)
           AS building_codes
FROM accounts a
WHERE a.account_id = (
    SELECT account_id FROM api_keys WHERE key_sha256 = %(sha256)s
    UNION ALL
    SELECT account_id FROM sessions WHERE session_sha256 = %(sha256)s AND ends_at > clock_timestamp())"""
ARE_THERE_ACCOUNTS = "SELECT EXISTS (SELECT FROM accounts) AS found"
SELECT_PASSWORD = "SELECT account_id, password_hash FROM accounts WHERE name = %(name)s"
SELECT_KEY_HOLDER = "SELECT account_id FROM api_keys WHERE key_sha256 = %(sha256)s"
FORGET_ENDED = "DELETE FROM sessions WHERE ends_at < clock_timestamp()"
INSERT_SESSION = """
INSERT INTO sessions (session_sha256, account_id, ends_at)
VALUES (%(sha256)s, %(account_id)s, clock_timestamp() + make_interval(hours => %(hours)s))
RETURNING ends_at"""
DELETE_SESSION = "DELETE FROM sessions WHERE session_sha256 = %(sha256)s"


@dataclass(frozen=True)
class _Password:
    account_id: int
    password_hash: str | None


# Somebody who does not exist is looked for as long as somebody who does.
_NOBODYS = hash_password("nobody", bytes)


async def find_holder(connections: Lender, sha256: bytes) -> Access | None:
    """Whose key or session it is; None when nobody's, or not any more."""
    async with connections.borrow() as connection:
        return await fetch_one(connection, SELECT_HOLDER, {"sha256": sha256}, _make_access)


async def are_there_accounts(connections: Lender) -> bool:
    async with connections.borrow() as connection:
        return bool(await fetch_one(connection, ARE_THERE_ACCOUNTS, {}, lambda found: bool(found)))


async def find_by_password(connections: Lender, name: str, password: str) -> int | None:
    """The account of that name, if the password is its.

    It takes 16 MB and most of a core for a while: whoever asks asks once at a time.
    """
    async with connections.borrow() as connection:
        found = await fetch_one(connection, SELECT_PASSWORD, {"name": name}, _Password)
    hashed = found.password_hash if found and found.password_hash else _NOBODYS
    matches = await asyncio.to_thread(is_password, password, hashed)
    return found.account_id if found and found.password_hash and matches else None


async def find_by_key(connections: Lender, key: str) -> int | None:
    """The account that the key belongs to."""
    params = {"sha256": digest_token(key)}
    async with connections.borrow() as connection:
        return await fetch_one(connection, SELECT_KEY_HOLDER, params, lambda account_id: int(account_id))


async def begin_session(connection: Connection, account_id: int, token: Token) -> datetime:
    """Enter a session; returns when it ends."""
    await connection.execute(FORGET_ENDED)
    params = {"sha256": token.sha256, "account_id": account_id, "hours": SESSION_HOURS}
    ends_at: datetime | None = await fetch_one(connection, INSERT_SESSION, params, lambda ends_at: ends_at)
    assert ends_at is not None
    return ends_at


async def end_session(connection: Connection, sha256: bytes) -> None:
    await connection.execute(DELETE_SESSION, {"sha256": sha256})


def _make_access(
    *, name: str, role: str, all_buildings: bool, building_ids: list[int], building_codes: list[str]
) -> Access:
    if all_buildings:
        return Access(name, Role(role))
    return Access(name, Role(role), frozenset(building_ids), frozenset(building_codes))
