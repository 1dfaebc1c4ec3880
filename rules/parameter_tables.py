"""Understands the tables of a file of parameters (see `rules.parameter_file`), or says what is wrong with each."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import TypeGuard

from rules.overrides import Origin, Override
from rules.rule import Parameter, Rule, Standard
from rules.subject_places import Selector

STANDARDS = "standards.toml"
OVERRIDE = "override"

_SELECTORS = tuple(selector for selector in Selector if selector is not Selector.EVERYWHERE)
_SHAPES = {
    Selector.BUILDING: ("B001", 1),
    Selector.ZONE: ("B001/F3-KITCHEN", 2),
    Selector.DEVICE: ("B001/D12", 2),
    Selector.SENSOR: ("B001/D12/smoke", 3),
}
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}(/[A-Za-z0-9_-]{1,64})*")


class ParameterFileError(Exception):
    """A file of parameters is not valid, and none of it is used; each problem says where, and what is allowed."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True)
class Table:
    """One table of a file: its name and line, and what it is for."""

    where: str
    selector: Selector
    places: tuple[str, ...]
    rules: dict[str, object]
    note: str
    standard: Standard | None


def read_standards(catalogue: tuple[Rule, ...]) -> tuple[Override, ...]:
    """What is built in by class, for those rules that the catalogue has."""
    text = files("rules").joinpath(STANDARDS).read_text(encoding="utf-8")
    return read_overrides(text, STANDARDS, Origin.BUILT_IN, catalogue)


def read_overrides(text: str, name: str, origin: Origin, catalogue: tuple[Rule, ...]) -> tuple[Override, ...]:
    try:
        content = tomllib.loads(text)
    except RecursionError as error:
        raise ParameterFileError([f"{name}: lists or tables are nested too deeply"]) from error
    except ValueError as error:
        # Not all are of TOML's own kind: a number of thousands of digits is refused by Python's `int`.
        raise ParameterFileError([f"{name}: not valid TOML: {error}"]) from error
    reading = _Reading({rule.id: rule for rule in catalogue}, origin)
    overrides = [override for table in reading.find_tables(content, text) for override in reading.take(table)]
    reading.refuse_repetitions(overrides)
    if reading.problems:
        raise ParameterFileError(f"{name}: {problem}" for problem in reading.problems)
    return tuple(overrides)


class _Reading:
    """Goes through the tables of one file and collects what is wrong with them."""

    def __init__(self, rules: dict[str, Rule], origin: Origin) -> None:
        self._rules = rules
        self._origin = origin
        self.problems: list[str] = []

    def find_tables(self, content: dict[str, object], text: str) -> Iterator[Table]:
        lines = _find_lines(text)
        for name, table in content.items():
            if name == OVERRIDE:
                yield from self._find_overrides(table, lines.get(OVERRIDE, []))
            else:
                where = f"[{name}]{_at_line(lines.get(name, []), 0)}"
                yield Table(where, Selector.EVERYWHERE, ("",), {name: table}, "", None)

    def _find_overrides(self, tables: object, lines: list[int]) -> Iterator[Table]:
        if not _is_list_of_tables(tables):
            self.problems.append('"override" must be a list of tables, each under [[override]]')
            return
        for number, table in enumerate(tables):
            where = f"[[override]] number {number + 1}{_at_line(lines, number)}"
            found = self._understand_override(where, dict(table))
            if found:
                yield found

    def _understand_override(self, where: str, table: dict[str, object]) -> Table | None:
        named = [selector for selector in _SELECTORS if selector in table]
        if len(named) != 1:
            both = " and ".join(named) if named else "none"
            self.problems.append(f"{where}: needs one of {', '.join(_SELECTORS)}; found {both}")
            return None
        selector, found = named[0], table.pop(named[0])
        places = tuple(found) if isinstance(found, list) else (found,)
        complaints = [complaint for place in places if (complaint := _complain_of_place(selector, place))]
        if complaints or not places:
            self.problems.append(f"{where}: {complaints[0] if complaints else f'{selector} is empty'}")
            return None
        note, standard = str(table.pop("note", "")), table.pop("standard", None)
        if standard is not None and not _is_standard(standard):
            self.problems.append(f"{where}: standard must have name, clause, edition and valid_from")
            return None
        written = Standard(**standard) if standard else None
        return Table(where, selector, tuple(str(place) for place in places), table, note, written)

    def take(self, table: Table) -> Iterator[Override]:
        for rule_id, settings in table.rules.items():
            rule = self._rules.get(rule_id)
            if rule is None:
                # What is built in covers all rules; a catalogue may be a part of them.
                if self._origin is Origin.FILE:
                    self.problems.append(_complain_of_name(table.where, "rule", rule_id, self._rules))
            elif not isinstance(settings, dict):
                self.problems.append(f"{table.where}: {rule_id} must be a table, found {settings!r}")
            else:
                yield from self._take_settings(table, rule, settings)

    def _take_settings(self, table: Table, rule: Rule, settings: dict[str, object]) -> Iterator[Override]:
        parameters = {parameter.name: parameter for parameter in rule.parameters}
        for name, found in settings.items():
            parameter = parameters.get(name)
            if parameter is None:
                where = f"{table.where}: {rule.id}"
                self.problems.append(_complain_of_name(where, "parameter", name, parameters))
                continue
            value = _read_number(parameter, found)
            if value is None:
                allowed = f"a number from {parameter.low:g} to {parameter.high:g} {parameter.unit}".rstrip()
                self.problems.append(f"{table.where}: {rule.id}.{name} = {found!r}, but must be {allowed}")
                continue
            for place in table.places:
                target = self._origin, table.selector, place, rule.id, name
                yield Override(*target, value, table.where, table.note, table.standard)

    def refuse_repetitions(self, overrides: list[Override]) -> None:
        first: dict[object, Override] = {}
        for override in overrides:
            earlier = first.setdefault(override.target, override)
            if earlier is not override:
                self.problems.append(
                    f"{override.where}: {override.rule_id}.{override.parameter} was set before, in {earlier.where}"
                )


def _read_number(parameter: Parameter, found: object) -> float | None:
    if isinstance(found, bool):
        is_switch = (parameter.low, parameter.high, parameter.unit) == (0.0, 1.0, "")
        return float(found) if is_switch else None
    # Neither NaN nor infinity lies between two limits; whole numbers may be too large for a float.
    if not isinstance(found, int | float) or not parameter.low <= found <= parameter.high:
        return None
    return float(found)


def _complain_of_name(where: str, kind: str, name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    hint = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(sorted(known)) or 'none'}"
    return f'{where}: there is no {kind} "{name}"; {hint}'


def _complain_of_place(selector: Selector, place: object) -> str | None:
    known = Selector.of_closed_sets().get(selector)
    if known is not None:
        return None if place in known else f"{selector} = {place!r}, but must be one of {', '.join(known)}"
    example, parts = _SHAPES[selector]
    fits = isinstance(place, str) and _NAME.fullmatch(place) and place.count("/") == parts - 1
    return None if fits else f'{selector} = {place!r}, but must look like "{example}"'


def _is_list_of_tables(found: object) -> TypeGuard[list[dict[str, object]]]:
    return isinstance(found, list) and all(isinstance(table, dict) for table in found)


def _is_standard(found: object) -> TypeGuard[dict[str, str]]:
    names = {"name", "clause", "edition", "valid_from"}
    return (
        isinstance(found, dict)
        and found.keys() == names
        and all(isinstance(text, str) for text in found.values())
    )


_HEADER = re.compile(r"^\s*\[{1,2}\s*([A-Za-z0-9_-]+)\s*\]{1,2}", re.MULTILINE)


def _find_lines(text: str) -> dict[str, list[int]]:
    """The lines of the headers of tables, by name; tomllib does not tell them."""
    lines: dict[str, list[int]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header:
            lines.setdefault(header[1], []).append(number)
    return lines


def _at_line(lines: list[int], number: int) -> str:
    return f" (line {lines[number]})" if number < len(lines) else ""
