"""``fengsui rules``: what is watched for, with which numbers, and what a file of parameters would change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.exits import DeployError

if TYPE_CHECKING:
    from rules.parameters import Parameters
    from rules.rule import Rule
    from rules.subject_places import Selector
    from schemas.roster import Roster

_HELP = """The rules that raise alerts: which there are, with which limits and from which standards.

A city sets other numbers in a TOML file, FENGSUI_RULES_FILE, by building class, building, use of zone, zone, device or
sensor; docs/rules.md says how. Running processes take a changed file within seconds.
"""
rules_app = typer.Typer(help=_HELP, no_args_is_help=True)

_File = Annotated[
    Path | None, typer.Option("--rules", help="A file of parameters; else FENGSUI_RULES_FILE, if it is set.")
]


@rules_app.command("list")
def list_rules(
    as_json: Annotated[bool, typer.Option("--json", help="Everything, for scripts.")] = False,
    markdown: Annotated[bool, typer.Option(help="The tables of docs/rules.md.")] = False,
) -> None:
    """Show every rule: what it looks at, class, colour, whether it latches, limits with their sources.

    Example: fengsui rules list --json
    """
    from deploy.rule_listing import describe_entry, list_rules, make_markdown

    entries = list_rules()
    if as_json:
        shown = [entry.model_dump(mode="json") for entry in entries]
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=1))
    elif markdown:
        typer.echo(make_markdown(entries), nl=False)
    else:
        typer.echo("\n".join(line for entry in entries for line in describe_entry(entry)))


@rules_app.command("explain")
def explain(
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="As `rules list` names it.")],
    sensor: Annotated[
        str | None, typer.Option(help="As it is in force there: BUILDING/DEVICE/CHANNEL.")
    ] = None,
    zone: Annotated[str | None, typer.Option(help="As it is in force there: BUILDING/ZONE.")] = None,
    building: Annotated[str | None, typer.Option(help="As it is in force there.")] = None,
    file: _File = None,
) -> None:
    """Say what one rule means, what to do, which numbers are in force and where each comes from.

    Example: fengsui rules explain heat_fixed_alarm --sensor LS-TOWER/D12/temperature
    """
    from deploy.rule_listing import describe_rule, describe_value

    rule, parameters = _find_rule(rule_id), read_parameters(file)
    typer.echo("\n".join(describe_rule(rule)))
    for found in parameters.in_force(rule, _find_place(sensor, zone, building)):
        typer.echo(f"  {describe_value(found)}")
    typer.echo(f"Parameters {parameters.version}")


@rules_app.command("test")
def check_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file of parameters, TOML.")],
    against_database: Annotated[
        bool,
        typer.Option("--against-database", help="Also say whom it changes, of those who are registered."),
    ] = False,
) -> None:
    """Check a file of parameters and say what it changes against what is built in; nothing is put in force.

    Example: fengsui rules test city.toml --against-database
    """
    from deploy.rule_listing import format_value
    from rules.catalogue import CATALOGUE
    from rules.overrides import Origin

    parameters = read_parameters(file)
    units = {(rule.id, one.name): (one.unit, one.default) for rule in CATALOGUE for one in rule.parameters}
    for override in parameters.overrides:
        if override.origin is Origin.FILE:
            unit, default = units[override.key]
            place = f"{override.selector} {override.place}".rstrip()
            before, after = format_value(default, unit), format_value(override.value, unit)
            typer.echo(f"{override.rule_id}.{override.parameter}, {place}: {after} (default {before})")
    if against_database:
        _compare_with_registry(parameters)
    typer.echo(f"{file} is valid; as parameters {parameters.version}")


def _compare_with_registry(parameters: Parameters) -> None:
    from rules.catalogue import CATALOGUE
    from rules.parameters import Parameters
    from rules.resolved import find_changes
    from schemas.domain import SubjectKind

    roster = _read_roster()
    resolved = parameters.resolve(roster)
    before = Parameters.built_in(CATALOGUE).resolve(roster)
    totals = {
        SubjectKind.SENSOR: len(roster.sensors),
        SubjectKind.DEVICE: len(roster.devices),
        SubjectKind.ZONE: len(roster.zones),
        SubjectKind.BUILDING: len(roster.sites),
    }
    for (rule_id, name), kind, count in find_changes(before, resolved):
        typer.echo(f"{rule_id}.{name} is another for {count} of {totals[kind]} {kind}s")
    for warning in (*resolved.unmatched, *resolved.conflicts):
        typer.echo(f"warning: {warning}", err=True)


def _find_rule(rule_id: str) -> Rule:
    import difflib

    from rules.catalogue import CATALOGUE

    rules = {rule.id: rule for rule in CATALOGUE}
    if rule_id not in rules:
        near = difflib.get_close_matches(rule_id, rules, 1)
        hint = f'did you mean "{near[0]}"?' if near else "`fengsui rules list` names them all"
        raise DeployError(f'there is no rule "{rule_id}"; {hint}')
    return rules[rule_id]


def _find_place(sensor: str | None, zone: str | None, building: str | None) -> dict[Selector, str]:
    from rules.subject_places import Selector, find_places
    from schemas.domain import SubjectKind

    if sum(name is not None for name in (sensor, zone, building)) > 1:
        raise DeployError("give one of --sensor, --zone and --building")
    named = {Selector.SENSOR: sensor, Selector.ZONE: zone, Selector.BUILDING: building}
    for selector, name in named.items():
        if name is not None:
            places = find_places(_read_roster())
            slot = places.find(selector, name)
            if slot is None:
                raise DeployError(f'{selector} "{name}" is not registered')
            if selector is Selector.SENSOR:
                return places.names_of_sensor(slot)
            return places.names_of(SubjectKind(selector.value), slot)
    return {Selector.EVERYWHERE: ""}


def read_parameters(file: Path | None) -> Parameters:
    """Of a file; else of the one that is set; else what is built in."""
    from rules.catalogue import CATALOGUE
    from rules.parameter_file import ParameterFileError, read_parameter_file
    from rules.parameters import Parameters
    from schemas.settings import load_settings

    path = file or load_settings().rules_file
    if path is None:
        return Parameters.built_in(CATALOGUE)
    try:
        return read_parameter_file(path, CATALOGUE)
    except ParameterFileError as error:
        raise DeployError(str(error)) from error


def _read_roster() -> Roster:
    from deploy.stack import running_settings
    from ingest.store_roster import load_roster
    from schemas.database import connect
    from schemas.roster import Roster
    from schemas.settings import load_settings

    settings = running_settings(load_settings())
    with connect(settings.database_url or "", "fengsui rules") as connection:
        return load_roster(connection, Roster.empty(), settings.share)
