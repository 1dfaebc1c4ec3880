"""The command line ``fengsui``. Commands only compose: each brings in what it needs when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.accept import accept
from deploy.bench import bench_app
from deploy.chaos import chaos
from deploy.exits import DeployError, ExitStatus
from deploy.load import load
from deploy.people import accounts_app
from deploy.replay import replay
from deploy.rules import rules_app
from deploy.shares import shares_app
from deploy.trials import trial_app
from deploy.webhooks import webhooks_app

if TYPE_CHECKING:
    from schemas.settings import Settings


def _foreseeable(error: Exception) -> str | None:
    """Return what to tell the person, or None for an error nobody foresaw."""
    if isinstance(error, DeployError):
        return str(error)
    import psycopg

    from schemas.settings import SettingsError

    if isinstance(error, SettingsError):
        return str(error)
    if isinstance(error, psycopg.OperationalError):
        return f"the database does not answer: {str(error).strip()}"
    return None


_HELP = """City fire monitoring: readings over MQTT, early warnings, and a page for the duty desk.

`fengsui up` starts everything on this machine; the other commands run one part or talk to a running stack.
Settings are environment variables FENGSUI_… or lines of the file fengsui.env, e.g. FENGSUI_HTTP_PORT=9000.
"""
_EPILOG = (
    "Exit status: 0 done · 1 failed · 2 wrong usage · 3 nothing runs · 4 a prerequisite is missing · "
    "5 already running."
)
_OPTIONS = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    help=_HELP,
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings=_OPTIONS,
    rich_markup_mode=None,
)
simulate_app = typer.Typer(help="Publish what a make-believe city would report.", no_args_is_help=True)
registry_app = typer.Typer(help="The register of buildings, devices and sensors.", no_args_is_help=True)
app.add_typer(simulate_app, name="simulate")
app.add_typer(registry_app, name="registry")
app.add_typer(shares_app, name="shares")
app.add_typer(webhooks_app, name="webhooks")
app.add_typer(accounts_app, name="accounts")
rules_app.add_typer(trial_app, name="trial")
app.add_typer(rules_app, name="rules")
app.add_typer(bench_app, name="bench")
app.command()(accept)
app.command()(load)
app.command()(chaos)
app.command()(replay)


def _running_settings() -> Settings:
    from deploy.stack import running_settings
    from schemas.settings import load_settings

    return running_settings(load_settings())


def _database_url() -> str:
    url = _running_settings().database_url
    assert url
    return url


@app.command()
def up(
    simulate: Annotated[bool, typer.Option(help="Let the demonstration city report too.")] = True,
) -> None:
    """Run everything on this machine until Ctrl-C: database, broker, ingest, API and a demonstration city.

    PostgreSQL, TimescaleDB and Mosquitto are fetched from Debian on first use; set FENGSUI_DATABASE_URL
    and FENGSUI_MQTT_URL to use yours instead. Data stays in FENGSUI_DATA_DIR.

    Example: fengsui up --no-simulate
    """
    from deploy.up import run_up
    from schemas.settings import load_settings

    run_up(load_settings(), simulate=simulate)


@app.command()
def migrate() -> None:
    """Bring the tables of the database to this version; safe to run any number of times.

    Example: FENGSUI_DATABASE_URL=postgresql://me:secret@db:5432/fengsui fengsui migrate
    """
    from deploy.up import bring_up_to_date

    applied = bring_up_to_date(_database_url())
    typer.echo("\n".join(f"applied {name}" for name in applied) or "nothing to do: the tables are up to date")


@app.command()
def ingest() -> None:
    """Turn MQTT messages into stored readings and alerts, for as many shares of the buildings as are its due.

    `fengsui up` runs one such process already. Any number may run, on any machine that reaches database and broker:
    they divide the shares among themselves (see `fengsui shares`), and those of one that dies go to the others.

    Example: FENGSUI_DATABASE_URL=… FENGSUI_MQTT_URL=… fengsui ingest
    """
    from ingest.process import run_process

    run_process(_running_settings())


@app.command()
def api() -> None:
    """Serve alerts, history and the duty desk's page over HTTP.

    Example: FENGSUI_HTTP_PORT=9000 fengsui api
    """
    from api.app import serve

    raise typer.Exit(serve(_running_settings()))


@simulate_app.command()
def city(
    buildings: Annotated[int, typer.Option(min=1, help="How many buildings report.")] = 20,
    sensors: Annotated[int, typer.Option(min=1, help="How many sensors, over all buildings.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same city and the same incidents.")] = 1,
    incident_every: Annotated[
        float, typer.Option(min=0.0, help="Seconds between incidents on average; 0 for none.")
    ] = 60.0,
    duration: Annotated[
        float | None, typer.Option(min=0.0, help="End after so many seconds; else at Ctrl-C.")
    ] = None,
) -> None:
    """Let a city report through the broker: normal life, and now and then a fire, a dry hydrant, a hot cable.

    Example: fengsui simulate city --buildings 5 --sensors 200 --incident-every 20 --duration 60
    """
    from simulators.city import run_city

    status = run_city(
        _running_settings(),
        buildings=buildings,
        sensors=sensors,
        seed=seed,
        incident_every_seconds=incident_every,
        duration_seconds=duration,
    )
    raise typer.Exit(status)


@registry_app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV or TOML.")],
) -> None:
    """Take areas, buildings, zones, devices and sensors from a file: all of it, or nothing.

    Every line that is wrong is named with its number and the reason.

    Example: fengsui registry import buildings.csv
    """
    from schemas.registry import import_registry
    from schemas.registry_file import RegistryError

    try:
        report = import_registry(_database_url(), file)
    except RegistryError as error:
        for problem in error.problems:
            typer.echo(f"{file}:{problem.line}: {problem.code}: {problem.reason}", err=True)
        raise DeployError(f"{file}: {error}") from error
    for what, counts in (
        ("new", report.created),
        ("changed", report.updated),
        ("as before", report.unchanged),
    ):
        said = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        typer.echo(f"{what}: {said or 'none'}")


@registry_app.command("export")
def export(
    file: Annotated[
        Path | None, typer.Argument(dir_okay=False, help="Where to; else to standard output.")
    ] = None,
) -> None:
    """Write the register, as CSV or (by the file's name) TOML, that `registry import` reads back.

    Example: fengsui registry export buildings.csv
    """
    from schemas.registry import export_registry

    text = export_registry(_database_url(), file)
    if file is None:
        typer.echo(text, nl=False)


@app.command()
def status(
    as_json: Annotated[
        bool, typer.Option("--json", help="Every address, process and figure, for scripts.")
    ] = False,
) -> None:
    """Show what runs and how it does: processes, rates, lag, open alerts, silent devices.

    Example: fengsui status --json | python3 -m json.tool
    """
    import time

    from rich.console import Console

    from deploy.status import collect_status, print_status
    from schemas.settings import load_settings

    found = collect_status(load_settings(), time.time())
    if as_json:
        typer.echo(found.model_dump_json(indent=1))
    else:
        print_status(found, Console(highlight=False))


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed_version

    typer.echo(f"fengsui {installed_version('fengsui')}")


def main() -> None:
    """Run the command line; a foreseeable error becomes one sentence and an exit status."""
    try:
        app(prog_name="fengsui")
    except Exception as error:
        sentence = _foreseeable(error)
        if sentence is None:
            raise
        typer.echo(f"fengsui: {sentence}", err=True)
        raise SystemExit(
            error.exit_status if isinstance(error, DeployError) else ExitStatus.FAILED
        ) from error


if __name__ == "__main__":
    main()
