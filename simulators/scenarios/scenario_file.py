"""Scenarios and buildings as files: the library of this package, or a folder of one's own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

from pydantic import ValidationError

from schemas.registry_file import RegistryError, read_records
from schemas.registry_records import Record
from simulators.scenarios.enrolment import Site, enrol
from simulators.scenarios.scenario import Scenario

LIBRARY = files("simulators.scenarios") / "library"
BUILDINGS = files("simulators.scenarios") / "buildings"


class ScenarioError(Exception):
    """Files that are no scenarios: every problem with its file, its key and what was expected there."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


def read_library() -> list[Scenario]:
    """All scenarios of this package, by name."""
    with as_file(LIBRARY) as folder:
        return read_folder(folder)


def read_folder(folder: Path) -> list[Scenario]:
    """All scenarios of a folder.

    Raises
    ------
    ScenarioError
        With every problem of every file.
    """
    scenarios, problems = [], []
    for path in sorted(folder.glob("*.toml")):
        try:
            scenarios.append(read_scenario(path))
        except ScenarioError as error:
            problems += error.problems
    if not scenarios and not problems:
        problems.append(f"{folder}: holds no scenario (*.toml)")
    if problems:
        raise ScenarioError(problems)
    return scenarios


def read_scenario(path: Path) -> Scenario:
    """One scenario, called after its file.

    Raises
    ------
    ScenarioError
        It is no TOML, does not have the form of a scenario, or names what its building does not have.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        scenario = Scenario.model_validate({**tables, "name": path.stem})
    except (OSError, ValueError) as error:
        raise ScenarioError(f"{path.name}: {problem}" for problem in _explain(error)) from error
    problems = [f"{path.name}: {problem}" for problem in _find_unknown(scenario)]
    if problems:
        raise ScenarioError(problems)
    return scenario


def _explain(error: Exception) -> Iterator[str]:
    if not isinstance(error, ValidationError):
        yield str(error)
        return
    for one in error.errors(include_url=False):
        key = ".".join(str(part) for part in one["loc"]) or "the scenario"
        said = one["msg"].removeprefix("Value error, ")
        given = "" if isinstance(one["input"], dict) else f", not {one['input']!r}"
        yield f"{key}: {said}{given}"


def _find_unknown(scenario: Scenario) -> Iterator[str]:
    """Names that stand for nothing in the building."""
    try:
        site = enrol(read_building(scenario.building))
    except ScenarioError as error:
        yield from error.problems
        return
    for place, incident in enumerate(scenario.incident):
        for key, find in (
            ("where", site.find_sensors),
            ("devices", site.find_devices),
            ("zones", site.find_zones),
        ):
            for pattern in getattr(incident, key, ()):
                if not len(find([pattern])):
                    yield f"incident.{place}.{key}: {pattern!r} matches nothing in building {scenario.building}"
        zone = getattr(incident, "zone", None)
        if zone is not None and not len(site.find_zones([zone])):
            yield f"incident.{place}.zone: building {scenario.building} has no zone {zone!r}"
    for pattern in scenario.usual:
        if not len(site.find_sensors([pattern])):
            yield f"usual: {pattern!r} matches nothing in building {scenario.building}"
    yield from _find_unknown_subjects(scenario, site)


def _find_unknown_subjects(scenario: Scenario, site: Site) -> Iterator[str]:
    for place, expected in enumerate(scenario.expect):
        if not site.knows(expected.about):
            yield f"expect.{place}.about: building {scenario.building} has no {expected.about!r}"


@cache
def read_building(name: str) -> tuple[Record, ...]:
    """The records of one of the buildings of this package.

    Raises
    ------
    ScenarioError
        There is none of that name, or its file is wrong.
    """
    source = BUILDINGS / f"{name}.toml"
    if not source.is_file():
        known = ", ".join(sorted(one.name.removesuffix(".toml") for one in BUILDINGS.iterdir()))
        raise ScenarioError([f"building: {name!r} is none of {known}"])
    with as_file(source) as path:
        try:
            contents = read_records(path)
        except RegistryError as error:
            raise ScenarioError(f"{path.name}:{one.line}: {one.reason}" for one in error.problems) from error
    if contents.problems:
        raise ScenarioError(f"{name}.toml:{one.line}: {one.reason}" for one in contents.problems)
    return tuple(contents.records)
