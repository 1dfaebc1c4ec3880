"""The numbers of the rules as columns over everything that is registered."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from rules.limits import find_sides
from rules.overrides import Key, Origin, Override
from rules.parameter_column import Column, make_column
from rules.rule import Rule
from rules.subject_places import Selector, SubjectPlaces, find_places
from schemas.domain import SubjectKind
from schemas.roster import Roster

Floats = NDArray[np.float64]
REPEATED = 1024


class Resolved:
    """The numbers of every rule for every sensor, device, zone and building of a roster.

    Attributes
    ----------
    version
        That of the parameters.
    unmatched
        What the file names and nobody has registered, in words; it may be registered later.
    conflicts
        Where the numbers of several tables do not go together, in words.
    """

    def __init__(
        self,
        catalogue: tuple[Rule, ...],
        overrides: Mapping[Key, list[Override]],
        version: str,
        roster: Roster,
    ) -> None:
        self._rows: dict[float, Floats] = {}
        places = find_places(roster)
        self.version = version
        everything = itertools.chain.from_iterable(overrides.values())
        self.unmatched = tuple(sorted(set(_find_unmatched(everything, places))))
        self._counts = {
            SubjectKind.SENSOR: len(roster.sensors),
            SubjectKind.DEVICE: len(roster.devices),
            SubjectKind.ZONE: len(roster.zones),
            SubjectKind.BUILDING: len(roster.sites),
        }
        self._columns: dict[SubjectKind, dict[Key, Column[np.float64]]] = {
            kind: {
                (rule.id, parameter.name): make_column(
                    _lay_out(parameter.default, overrides.get((rule.id, parameter.name), ()), places, kind)
                )
                for rule in catalogue
                for parameter in rule.parameters
            }
            for kind in SubjectKind
        }
        for key, column in _find_registered(catalogue):
            own = self._columns[SubjectKind.SENSOR][key].whole()
            own = np.where(own == 0.0, roster.sensors[column], own)
            self._columns[SubjectKind.SENSOR][key] = make_column(own)
        self.conflicts = tuple(find_conflicts(catalogue, self._columns))

    def of_sensors(self, rule_id: str, name: str, slots: NDArray[np.integer]) -> Floats:
        """A parameter as it is in force for sensors (n,), (n,)."""
        return self._look_up(SubjectKind.SENSOR, rule_id, name, slots)

    def of_sensor(self, rule_id: str, name: str, slot: int) -> float:
        """A parameter as it is in force for one sensor."""
        return self._look_up_one(SubjectKind.SENSOR, rule_id, name, slot)

    def of_all_sensors(self, rule_id: str, name: str) -> Floats:
        """A parameter as it is in force for every sensor: (n_sensors,), or () where it is the same for all."""
        return self._columns[SubjectKind.SENSOR][rule_id, name].whole()

    def of_devices(self, rule_id: str, name: str, slots: NDArray[np.integer]) -> Floats:
        """A parameter as it is in force for devices (n,), (n,)."""
        return self._look_up(SubjectKind.DEVICE, rule_id, name, slots)

    def of_zone(self, rule_id: str, name: str, slot: int) -> float:
        """A parameter as it is in force for a zone."""
        return self._look_up_one(SubjectKind.ZONE, rule_id, name, slot)

    def of_all_zones(self, rule_id: str, name: str) -> Floats:
        """A parameter as it is in force for every zone, (n_zones,)."""
        whole = self._columns[SubjectKind.ZONE][rule_id, name].whole()
        return np.broadcast_to(whole, self._counts[SubjectKind.ZONE])

    def least_of_zones(self, rule_id: str, name: str) -> float:
        """The smallest value of a parameter in force for any zone; infinity where there is no zone."""
        return float(self._columns[SubjectKind.ZONE][rule_id, name].whole().min(initial=np.inf))

    def of_site(self, rule_id: str, name: str, slot: int) -> float:
        """A parameter as it is in force for a building."""
        return self._look_up_one(SubjectKind.BUILDING, rule_id, name, slot)

    @property
    def keys(self) -> tuple[Key, ...]:
        """All parameters there are."""
        return tuple(self._columns[SubjectKind.SENSOR])

    def count_differences(self, other: Resolved, kind: SubjectKind, key: Key) -> int:
        """For how many subjects of a kind one parameter has another value than in `other`."""
        differs = self._columns[kind][key].whole() != other._columns[kind][key].whole()
        return int(np.count_nonzero(np.broadcast_to(differs, self._counts[kind])))

    def _look_up(self, kind: SubjectKind, rule_id: str, name: str, slots: NDArray[np.integer]) -> Floats:
        column = self._columns[kind][rule_id, name]
        return self._repeat(float(column.values), len(slots)) if column.is_same else column.of(slots)

    def _repeat(self, value: float, count: int) -> Floats:
        """One value (count,), not to be written to; short ones are cut from a row that is kept."""
        if count > REPEATED:
            return np.full(count, value)
        row = self._rows.get(value)
        if row is None:
            row = self._rows[value] = np.full(REPEATED, value)
            row.setflags(write=False)
        return row[:count]

    def _look_up_one(self, kind: SubjectKind, rule_id: str, name: str, slot: int) -> float:
        return self._columns[kind][rule_id, name].at(slot)


def _find_registered(catalogue: tuple[Rule, ...]) -> Iterator[tuple[Key, str]]:
    """Parameters that the registry gives where they are nought, and from which column."""
    for rule in catalogue:
        for parameter in rule.parameters:
            if parameter.registered is not None:
                yield (rule.id, parameter.name), parameter.registered


def _lay_out(
    default: float, overrides: Iterable[Override], places: SubjectPlaces, kind: SubjectKind
) -> Floats:
    """One parameter for all subjects of a kind. `overrides` go from the farthest to the nearest place.

    All of one selector are looked up at once, so that a limit for each sensor costs no more than one for all.
    """
    column: Floats = np.array(default, np.float64)
    for (_, selector), group in _group(overrides).items():
        if selector is Selector.EVERYWHERE:
            column = np.array(group[-1].value, np.float64)
            continue
        of_subject = places.of_subjects(kind, selector)
        if of_subject is None:
            continue
        table = np.full(
            places.count(selector) + 1, np.nan
        )  # the last is for subjects that have no such place
        for override in group:
            place = places.find(selector, override.place)
            if place is not None:
                table[place] = override.value
        if not np.isnan(table).all():
            set_here = table[of_subject]
            column = np.where(np.isnan(set_here), column, set_here)
    return column


def _group(overrides: Iterable[Override]) -> dict[tuple[Origin, Selector], list[Override]]:
    groups: dict[tuple[Origin, Selector], list[Override]] = {}
    for override in overrides:
        groups.setdefault((override.origin, override.selector), []).append(override)
    return groups


def _find_unmatched(overrides: Iterable[Override], places: SubjectPlaces) -> Iterator[str]:
    for override in overrides:
        named = override.selector not in (Selector.EVERYWHERE, *Selector.of_closed_sets())
        if named and places.find(override.selector, override.place) is None:
            yield f'{override.selector} = "{override.place}" is not registered'


def find_conflicts(
    catalogue: tuple[Rule, ...], columns: Mapping[SubjectKind, Mapping[Key, Column[np.float64]]]
) -> Iterator[str]:
    """Say of each rule whose condition would clear on the wrong side of its limit, and for how many subjects."""
    for rule in catalogue:
        for clears, limit, below in find_sides([parameter.name for parameter in rule.parameters]):
            for kind, of_kind in columns.items():
                ends, begins = of_kind[rule.id, clears].whole(), of_kind[rule.id, limit].whole()
                wrong = ends > begins if below else ends < begins
                if wrong.any():
                    many = f"for {int(wrong.sum())} of the kind {kind}" if wrong.ndim else "everywhere"
                    yield f"{rule.id}: {clears} is on the wrong side of {limit} {many}"
                    break


def find_changes(before: Resolved, after: Resolved) -> Iterator[tuple[Key, SubjectKind, int]]:
    """Parameters that differ, for how many subjects of which kind; both of one catalogue and roster.

    Of each parameter the first kind is told for which it differs: sensors before the places that hold them.
    """
    for key in after.keys:
        for kind in SubjectKind:
            count = after.count_differences(before, kind, key)
            if count:
                yield key, kind, count
                break
