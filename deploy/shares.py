"""``fengsui shares``: how the buildings are divided among ingest processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from deploy.exits import DeployError

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import TupleRow

_HELP = """Divide the buildings among several ingest processes.

A share is a set of buildings; each is worked by one `fengsui ingest` at a time. With two shares or more, start as
many processes: each takes its part, and the shares of one that dies go to the others within ten seconds.
"""
shares_app = typer.Typer(help=_HELP, no_args_is_help=True)


@shares_app.command("list")
def list_shares() -> None:
    """Show every share, who works it, and how many buildings it has.

    Example: fengsui shares list
    """
    from rich.console import Console
    from rich.table import Table

    from ingest.shares import read_shares

    table = Table()
    for column in ("share", "buildings", "coming", "worked by"):
        table.add_column(column, no_wrap=True)
    with _connect() as connection:
        for share in read_shares(connection):
            name = f"{share.share} (default)" if share.is_default else share.share
            worker = share.process if share.alive else "nobody"
            table.add_row(name, str(share.buildings), str(share.coming), worker)
    Console(highlight=False).print(table)


@shares_app.command("spread")
def spread(shares: Annotated[int, typer.Argument(min=1, max=64, help="Over how many shares.")]) -> None:
    """Spread all buildings over so many shares, about as many sensors to each.

    Nothing is lost on the way: a building's new share hears it before the old one leaves it.

    Example: fengsui shares spread 2
    """
    from ingest.shares import spread_buildings

    with _connect() as connection:
        spread_buildings(connection, shares)


@shares_app.command("move")
def move(
    buildings: Annotated[list[str], typer.Argument(help="Codes of buildings.")],
    to: Annotated[str, typer.Option(help="The share; made if there is none of that name.")],
) -> None:
    """Move buildings to a share.

    Example: fengsui shares move LS-TOWER LS-MALL --to ingest-2
    """
    from ingest.shares import UnknownBuildingError, move_buildings

    with _connect() as connection:
        try:
            move_buildings(connection, buildings, to)
        except UnknownBuildingError as error:
            raise DeployError(str(error)) from error


@shares_app.command("unregistered")
def unregistered(
    hear: Annotated[bool, typer.Option("--hear/--ignore", help="Whether they are heard, and quarantined.")],
) -> None:
    """Whether messages of buildings that nobody registered are heard.

    To hear them the default share receives the messages of all buildings and passes over those of other shares.
    Ignore them where the broker itself refuses strangers, or their PUBACK says "no matching subscribers".

    Example: fengsui shares unregistered --ignore
    """
    from ingest.shares import hear_unregistered

    with _connect() as connection:
        hear_unregistered(connection, hear)


def _connect() -> Connection[TupleRow]:
    from deploy.stack import running_settings
    from schemas.database import connect
    from schemas.settings import load_settings

    url = running_settings(load_settings()).database_url
    assert url
    return connect(url, "fengsui shares")
