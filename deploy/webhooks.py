"""``fengsui webhooks``: who is sent changes of alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, LiteralString

import typer

from deploy.exits import DeployError

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import TupleRow

    from schemas.settings import Settings

INSERT: LiteralString = """
INSERT INTO webhooks (url, secret, classes, after, added_by)
SELECT %(url)s, %(secret)s, %(classes)s, COALESCE(%(after)s, last_id), %(by)s FROM change_counter
ON CONFLICT (url) DO NOTHING RETURNING webhook_id"""
SELECT: LiteralString = """
SELECT webhook_id, url, last_id - after, failures, COALESCE(last_error, '') FROM webhooks, change_counter
ORDER BY webhook_id"""
DELETE: LiteralString = "DELETE FROM webhooks WHERE webhook_id = %s RETURNING webhook_id"

_HELP = """Post changes of alerts to other services.

Hosts that may be sent to are named in FENGSUI_WEBHOOK_HOSTS of the API; docs/alerts-api.md tells a receiver how to
check the signature. What cannot be delivered is tried again until it is, in order.
"""
webhooks_app = typer.Typer(help=_HELP, no_args_is_help=True)


@webhooks_app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="Where to post to.")],
    classes: Annotated[
        list[str] | None, typer.Option("--class", help="Only alerts of this class; may be repeated.")
    ] = None,
    after: Annotated[
        int | None, typer.Option(min=0, help="From which change on; without it, those to come. 0 for all.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who adds it.")] = "operator",
) -> None:
    """Add a receiver and show the secret that its messages are signed with, this once.

    Example: fengsui webhooks add https://centre.example/fire --class fire
    """
    import secrets

    from api.webhooks.destinations import DestinationError, Guardian
    from schemas.domain import SignalClass

    settings = _settings()
    try:
        Guardian.of(settings.webhook_hosts, loopback=settings.webhook_loopback).check_url(url)
    except DestinationError as error:
        raise DeployError(str(error)) from error
    known = {one.value for one in SignalClass}
    if unknown := sorted(set(classes or ()) - known):
        raise DeployError(f"there is no class {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    secret = secrets.token_urlsafe(32)
    params = {"url": url, "secret": secret, "classes": sorted(set(classes or ())), "after": after, "by": by}
    with _connect(settings) as connection:
        row = connection.execute(INSERT, params).fetchone()
    if row is None:
        raise DeployError(f"{url} is a receiver already; see `fengsui webhooks list`")
    typer.echo(f"webhook {row[0]}\nsecret {secret}")


@webhooks_app.command("list")
def list_receivers() -> None:
    """Show every receiver, how many changes it is behind, and what its last failure was.

    Example: fengsui webhooks list
    """
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for column in ("webhook", "url", "behind", "failures", "last error"):
        table.add_column(column, overflow="fold")
    with _connect(_settings()) as connection:
        for row in connection.execute(SELECT):
            table.add_row(*map(str, row))
    Console(highlight=False).print(table)


@webhooks_app.command("remove")
def remove(webhook: Annotated[int, typer.Argument(help="Its number, as `list` shows it.")]) -> None:
    """Send nothing more to a receiver.

    Example: fengsui webhooks remove 3
    """
    with _connect(_settings()) as connection:
        if connection.execute(DELETE, (webhook,)).fetchone() is None:
            raise DeployError(f"there is no webhook {webhook}; see `fengsui webhooks list`")


def _settings() -> Settings:
    from deploy.stack import running_settings
    from schemas.settings import load_settings

    return running_settings(load_settings())


def _connect(settings: Settings) -> Connection[TupleRow]:
    from schemas.database import connect

    assert settings.database_url
    return connect(settings.database_url, "fengsui webhooks")
