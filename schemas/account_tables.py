"""Accounts in the tables, for whoever administers them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import TupleRow, class_row

from schemas.accounts import Role, Token, hash_password, make_token

INSERT_ACCOUNT = """
INSERT INTO accounts (name, role, all_buildings, password_hash)
VALUES (%(name)s, %(role)s, %(all_buildings)s, %(password_hash)s) RETURNING account_id"""
GIVE_BUILDINGS = """
INSERT INTO account_buildings (account_id, building_id)
SELECT %(account_id)s, building_id FROM buildings WHERE code = ANY(%(codes)s)"""
FIND_MISSING = """
SELECT code FROM unnest(%(codes)s::text[]) AS given (code)
WHERE code NOT IN (SELECT code FROM buildings) ORDER BY code"""
# Keys and sessions go with it.
DELETE_ACCOUNT = "DELETE FROM accounts WHERE name = %(name)s"
INSERT_KEY = """
INSERT INTO api_keys (key_sha256, account_id) SELECT %(sha256)s, account_id FROM accounts WHERE name = %(name)s"""
DELETE_KEYS = """
DELETE FROM api_keys USING accounts a WHERE api_keys.account_id = a.account_id AND a.name = %(name)s"""
SELECT_ACCOUNTS = """
SELECT a.name, a.role, a.all_buildings, a.password_hash IS NOT NULL AS has_password,
       ARRAY(SELECT code FROM account_buildings JOIN buildings USING (building_id)
             WHERE account_id = a.account_id ORDER BY code) AS buildings,
       (SELECT count(*) FROM api_keys WHERE account_id = a.account_id) AS keys,
       (SELECT count(*) FROM sessions WHERE account_id = a.account_id AND ends_at > clock_timestamp()) AS sessions
FROM accounts a ORDER BY a.name"""


class AccountError(Exception):
    """The accounts stay as they were; the message says why."""


@dataclass(frozen=True)
class ListedAccount:
    name: str
    role: str
    all_buildings: bool
    has_password: bool
    buildings: list[str]
    keys: int
    sessions: int


def add_account(
    connection: Connection[TupleRow], name: str, role: Role, buildings: Sequence[str], password: str | None
) -> None:
    """Enter an account; without `buildings` all are shown to it.

    Raises
    ------
    AccountError
        There is one of that name, a building is not registered, or a viewer is given none.
    """
    _check(name, role, buildings)
    try:
        with connection.transaction():
            _insert(connection, name, role, buildings, password)
    except UniqueViolation as error:
        raise AccountError(f"there is an account {name} already") from error


def remove_account(connection: Connection[TupleRow], name: str) -> None:
    """Remove an account with its keys and sessions; raises `AccountError` when there is none."""
    if not connection.execute(DELETE_ACCOUNT, {"name": name}).rowcount:
        raise AccountError(f"there is no account {name}")


def make_key(connection: Connection[TupleRow], name: str) -> Token:
    """Give the account one more key; raises `AccountError` when there is none."""
    token = make_token()
    if not connection.execute(INSERT_KEY, {"name": name, "sha256": token.sha256}).rowcount:
        raise AccountError(f"there is no account {name}")
    return token


def take_keys(connection: Connection[TupleRow], name: str) -> int:
    """Make all keys of the account worthless; returns how many there were."""
    return connection.execute(DELETE_KEYS, {"name": name}).rowcount


def list_accounts(connection: Connection[TupleRow]) -> list[ListedAccount]:
    with connection.cursor(row_factory=class_row(ListedAccount)) as cursor:
        return cursor.execute(SELECT_ACCOUNTS).fetchall()


def _check(name: str, role: Role, buildings: Sequence[str]) -> None:
    if not 1 <= len(name) <= 64 or not name.isprintable() or name != name.strip():
        raise AccountError("a name has 1 to 64 printable characters, none of them blank at its ends")
    if role is Role.VIEWER and not buildings:
        raise AccountError("a viewer sees certain buildings only: name them with --building")


def _insert(
    connection: Connection[TupleRow], name: str, role: Role, buildings: Sequence[str], password: str | None
) -> None:
    params = {
        "name": name,
        "role": role,
        "all_buildings": not buildings,
        "password_hash": None if password is None else hash_password(password),
    }
    row = connection.execute(INSERT_ACCOUNT, params).fetchone()
    assert row is not None
    codes = {"account_id": row[0], "codes": list(buildings)}
    if missing := connection.execute(FIND_MISSING, codes).fetchall():
        raise AccountError(f"not registered: {', '.join(code for (code,) in missing)}")
    connection.execute(GIVE_BUILDINGS, codes)
