"""Files of parameters, in TOML: what a city sets otherwise than the catalogue, and what standards say by class.

::

    [smoke_level_alarm]
    limit = 0.25                    # everywhere

    [[override]]
    zone_use = "kitchen"            # heat_class, insulation, building_class, building, zone_use, zone, device or sensor
    smoke_prealarm.limit = 0.2
    note = "gas hobs"
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rules.limits import find_wrong_sides
from rules.overrides import Origin, Override
from rules.parameter_tables import ParameterFileError, read_overrides
from rules.parameters import Parameters
from rules.rule import Rule
from rules.subject_places import Selector

__all__ = ["ParameterFileError", "read_parameter_file", "read_parameters"]


def read_parameter_file(path: Path, catalogue: tuple[Rule, ...]) -> Parameters:
    """Read a city's file, on top of what is built in.

    Raises
    ------
    ParameterFileError
        With all problems of the file.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterFileError([f"{path}: cannot be read: {error}"]) from error
    return read_parameters(text, str(path), catalogue)


def read_parameters(text: str, name: str, catalogue: tuple[Rule, ...]) -> Parameters:
    """The same from the text of a file that is called `name`."""
    overrides = read_overrides(text, name, Origin.FILE, catalogue)
    built_in = Parameters.built_in(catalogue)
    parameters = Parameters(built_in.overrides + overrides, catalogue)
    problems = list(_find_wrong_sides(parameters, overrides))
    if problems:
        raise ParameterFileError(f"{name}: {problem}" for problem in problems)
    return parameters


def _find_wrong_sides(parameters: Parameters, fresh: tuple[Override, ...]) -> Iterator[str]:
    """A condition must clear on the safe side of its limit, wherever the file sets either of them."""
    rules = {rule.id: rule for rule in parameters.catalogue}
    seen: set[tuple[str, Selector, str]] = set()
    for override in fresh:
        at = override.rule_id, override.selector, override.place
        if at not in seen:
            seen.add(at)
            place = {Selector.EVERYWHERE: "", override.selector: override.place}
            values = {
                found.parameter.name: found.value
                for found in parameters.in_force(rules[override.rule_id], place)
            }
            for problem in find_wrong_sides(values):
                yield f"{override.where}: {override.rule_id}.{problem}"
