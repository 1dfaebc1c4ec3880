"""``fengsui accounts``: who may log in, and the keys of machines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.exits import DeployError
from schemas.accounts import Role

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import TupleRow

SHORTEST_PASSWORD = 8
_HELP = """Say who may log in, as what, and which buildings they see.

As long as there are no accounts, the service is open to everybody on this machine and to nobody else.
"""
accounts_app = typer.Typer(help=_HELP, no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="As it goes into the history of alerts.")]


@accounts_app.command("add")
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What they may do; a viewer only looks.")] = Role.OFFICER,
    building: Annotated[
        list[str] | None, typer.Option(help="Show only this building; repeat it for more. Else all.")
    ] = None,
    password: Annotated[
        bool, typer.Option(help="Ask for a password, or read it from standard input.")
    ] = True,
) -> None:
    """Add an account. Without a password it can only be used with a key, as machines do.

    Example: fengsui accounts add 物业经理 --role viewer --building B1
    """
    from schemas.account_tables import add_account

    chosen = _read_password() if password else None
    with _connect() as connection:
        add_account(connection, name, role, building or [], chosen)


@accounts_app.command("list")
def list_all() -> None:
    """Show every account, its role, its buildings, and how many keys and sessions it has.

    Example: fengsui accounts list
    """
    from rich.console import Console
    from rich.table import Table

    from schemas.account_tables import list_accounts

    table = Table()
    for column in ("account", "role", "buildings", "password", "keys", "sessions"):
        table.add_column(column)
    with _connect() as connection:
        for account in list_accounts(connection):
            buildings = "all" if account.all_buildings else ", ".join(account.buildings)
            password = "yes" if account.has_password else "no"
            counts = (str(account.keys), str(account.sessions))
            table.add_row(account.name, account.role, buildings, password, *counts)
    Console(highlight=False).print(table)


@accounts_app.command("remove")
def remove(name: Name) -> None:
    """Remove an account; its sessions and keys are worthless within two seconds.

    Example: fengsui accounts remove 物业经理
    """
    from schemas.account_tables import remove_account

    with _connect() as connection:
        remove_account(connection, name)


@accounts_app.command("key")
def key(
    name: Name,
    revoke: Annotated[bool, typer.Option(help="Make all its keys worthless instead.")] = False,
) -> None:
    """Make a key for the account and print it; it is kept nowhere and cannot be shown again.

    Example: curl -H "Authorization: Bearer $(fengsui accounts key 指挥中心)" http://127.0.0.1:8080/v1/alerts
    """
    from schemas.account_tables import make_key, take_keys

    with _connect() as connection:
        if revoke:
            typer.echo(f"{take_keys(connection, name)} keys taken back", err=True)
        else:
            typer.echo(make_key(connection, name).text)


def _read_password() -> str:
    if sys.stdin.isatty():
        chosen: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        chosen = sys.stdin.readline().rstrip("\n")
    if not SHORTEST_PASSWORD <= len(chosen) <= 256:
        raise DeployError(f"a password has {SHORTEST_PASSWORD} to 256 characters")
    return chosen


@contextmanager
def _connect() -> Iterator[Connection[TupleRow]]:
    from deploy.stack import running_settings
    from schemas.account_tables import AccountError
    from schemas.database import connect
    from schemas.settings import load_settings

    url = running_settings(load_settings()).database_url
    assert url
    with connect(url, "fengsui accounts") as connection:
        try:
            yield connection
        except AccountError as error:
            raise DeployError(str(error)) from error
