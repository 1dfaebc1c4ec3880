"""Parameters: who wins, what is refused and in which words, and what it costs for a city."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.catalogue import CATALOGUE
from rules.overrides import Origin, Override, precedence
from rules.parameter_file import ParameterFileError, read_parameter_file, read_parameters
from rules.parameters import Parameters, Resolved
from rules.rule import Rule
from rules.subject_places import Selector, find_places
from schemas.domain import HEAT_CLASSES, HeatClass, SubjectKind
from schemas.roster import Roster
from tests.rules.town import make_town

TOWN = make_town(6)
SMOKE = "smoke_level_alarm"
RULES = {rule.id: rule for rule in CATALOGUE}
PLACES = {
    Selector.BUILDING_CLASS: ("high_rise_1", "industrial"),
    Selector.BUILDING: ("B000", "B003"),
    Selector.ZONE_USE: ("kitchen", "corridor"),
    Selector.ZONE: ("B000/Z1", "B001/Z0"),
    Selector.DEVICE: ("B000/D1-0", "B002/D0-1"),
    Selector.SENSOR: ("B000/D1-0/smoke", "B003/D1-1/smoke"),
}


def read(text: str) -> Parameters:
    return read_parameters(text, "city.toml", CATALOGUE)


def of_sensor(resolved: Resolved, name: str, rule_id: str = SMOKE, parameter: str = "limit") -> float:
    building, device, channel = name.split("/")
    slot = TOWN.buildings[building][device].channels[channel].slot
    return float(resolved.of_sensors(rule_id, parameter, np.array([slot], np.int32))[0])


def default(rule_id: str, name: str) -> float:
    return next(parameter.default for parameter in RULES[rule_id].parameters if parameter.name == name)


def refusals(text: str) -> str:
    with pytest.raises(ParameterFileError) as caught:
        read(text)
    return str(caught.value)


def test_without_a_file_the_defaults_hold_everywhere() -> None:
    resolved = Parameters.built_in(CATALOGUE).resolve(TOWN)
    slots = np.arange(len(TOWN.sensors), dtype=np.int32)
    assert (resolved.of_sensors(SMOKE, "limit", slots) == default(SMOKE, "limit")).all()


def test_a_nearer_place_wins() -> None:
    resolved = read(f"""
        [{SMOKE}]
        limit = 0.25
        [[override]]
        sensor = "B000/D1-0/smoke"
        {SMOKE}.limit = 0.7
        [[override]]
        zone = "B000/Z1"
        {SMOKE}.limit = 0.6
        [[override]]
        zone_use = "kitchen"
        {SMOKE}.limit = 0.5
        [[override]]
        building = "B001"
        {SMOKE}.limit = 0.4
    """).resolve(TOWN)
    assert of_sensor(resolved, "B000/D1-0/smoke") == 0.7
    assert of_sensor(resolved, "B000/D1-1/smoke") == 0.6
    assert of_sensor(resolved, "B001/D0-0/smoke") == 0.4
    assert of_sensor(resolved, "B002/D0-0/smoke") == 0.25


def test_limits_by_class_of_heat_detector_are_built_in() -> None:
    resolved = Parameters.built_in(CATALOGUE).resolve(TOWN)
    slots = np.arange(len(TOWN.sensors), dtype=np.int32)
    limits = resolved.of_sensors("heat_fixed_alarm", "limit", slots)
    enabled = resolved.of_sensors("heat_rate_of_rise", "enabled", slots)
    classes = TOWN.sensors["heat_class"]
    assert set(limits[classes == HEAT_CLASSES.index(HeatClass.A2R)]) == {60.0}
    assert set(limits[classes == HEAT_CLASSES.index(HeatClass.B)]) == {74.0}
    assert set(limits[classes < 0]) == {57.0}
    assert set(enabled[classes == HEAT_CLASSES.index(HeatClass.A1S)]) == {0.0}
    assert set(enabled[classes == HEAT_CLASSES.index(HeatClass.A1R)]) == {1.0}


def test_all_that_is_built_in_is_of_the_catalogue_within_bounds_and_says_what_it_rests_on() -> None:
    overrides = Parameters.built_in(CATALOGUE).overrides
    assert {override.rule_id for override in overrides} <= RULES.keys()
    assert {override.place for override in overrides if override.selector is Selector.HEAT_CLASS} == set(
        HEAT_CLASSES
    )
    assert all(override.note or override.standard for override in overrides)


def test_a_file_wins_over_what_is_built_in() -> None:
    resolved = read("[heat_fixed_alarm]\nlimit = 58").resolve(TOWN)
    slots = np.arange(len(TOWN.sensors), dtype=np.int32)
    assert (resolved.of_sensors("heat_fixed_alarm", "limit", slots) == 58.0).all()


def overrides_of_smoke() -> st.SearchStrategy[list[Override]]:
    places = [(selector, place) for selector, names in PLACES.items() for place in names]
    values = st.floats(0.1, 2.0)
    return st.lists(
        st.tuples(st.sampled_from([(Selector.EVERYWHERE, ""), *places]), values),
        unique_by=lambda pair: pair[0],
    ).map(lambda rows: [Override(Origin.FILE, *at, SMOKE, "limit", value) for at, value in rows])


@settings(deadline=None)
@given(overrides_of_smoke())
def test_columns_say_what_the_overrides_say_one_after_the_other(overrides: list[Override]) -> None:
    """The columns are laid out all at once; this is the same rule read plainly, sensor by sensor."""
    parameters = Parameters(tuple(overrides), CATALOGUE)
    resolved, places = parameters.resolve(TOWN), find_places(TOWN)
    slots = np.arange(len(TOWN.sensors), dtype=np.int32)
    limits = resolved.of_sensors(SMOKE, "limit", slots)
    for slot in slots.tolist():
        names = places.names_of_sensor(slot)
        expected = default(SMOKE, "limit")
        for override in sorted(overrides, key=precedence):
            if names.get(override.selector) == override.place:
                expected = override.value
        assert limits[slot] == expected
        told = next(
            found for found in parameters.in_force(RULES[SMOKE], names) if found.parameter.name == "limit"
        )
        assert told.value == expected


@settings(deadline=None)
@given(overrides_of_smoke(), st.randoms())
def test_the_order_of_the_tables_does_not_matter(overrides: list[Override], random: object) -> None:
    turned = list(reversed(overrides))
    first, second = Parameters(tuple(overrides), CATALOGUE), Parameters(tuple(turned), CATALOGUE)
    slots = np.arange(len(TOWN.sensors), dtype=np.int32)
    assert first.version == second.version
    np.testing.assert_array_equal(
        first.resolve(TOWN).of_sensors(SMOKE, "limit", slots),
        second.resolve(TOWN).of_sensors(SMOKE, "limit", slots),
    )


EVERY_PARAMETER = [(rule, parameter) for rule in CATALOGUE for parameter in rule.parameters]


@settings(deadline=None)
@given(st.sampled_from(EVERY_PARAMETER), st.floats(allow_nan=True, allow_infinity=True))
def test_a_number_is_taken_exactly_when_it_is_within_bounds(which: tuple[Rule, object], value: float) -> None:
    rule, parameter = which
    text = f"[{rule.id}]\n{parameter.name} = {value!r}"  # type: ignore[attr-defined]
    try:
        read(text)
        problem = ""
    except ParameterFileError as error:
        problem = str(error)
    inside = parameter.low <= value <= parameter.high  # type: ignore[attr-defined]
    assert ("must be a number from" not in problem) == inside


@pytest.mark.parametrize(("rule", "parameter"), EVERY_PARAMETER, ids=lambda part: getattr(part, "id", None))
def test_every_default_is_within_its_own_bounds(rule: Rule, parameter: object) -> None:
    assert parameter.low <= parameter.default <= parameter.high  # type: ignore[attr-defined]


def test_the_version_is_that_of_the_content_not_of_the_words() -> None:
    plain = read(f"[{SMOKE}]\nlimit = 0.25")
    assert plain.version == read(f"# a comment\n{SMOKE}.limit = 0.250").version
    assert plain.version != read(f"[{SMOKE}]\nlimit = 0.26").version
    assert len(plain.version) == 12


def test_a_zone_and_a_building_have_parameters_of_their_own() -> None:
    resolved = read("""
        [[override]]
        zone = "B000/Z1"
        fire_confirmed_two_devices.window_seconds = 60
        [[override]]
        building = "B003"
        fire_two_zones.window_seconds = 90
    """).resolve(TOWN)
    zone = next(slot for slot, code in enumerate(TOWN.zone_codes) if code == "Z1")
    assert resolved.of_zone("fire_confirmed_two_devices", "window_seconds", zone) == 60.0
    assert resolved.of_zone("fire_confirmed_two_devices", "window_seconds", 0) == 180.0
    assert resolved.of_site("fire_two_zones", "window_seconds", TOWN.site_codes.index("B003")) == 90.0


def test_several_places_may_share_a_table() -> None:
    resolved = read(f'[[override]]\nbuilding = ["B000", "B001"]\n{SMOKE}.limit = 0.5').resolve(TOWN)
    assert of_sensor(resolved, "B001/D0-0/smoke") == 0.5
    assert of_sensor(resolved, "B002/D0-0/smoke") == default(SMOKE, "limit")


def test_what_nobody_has_registered_is_told_and_does_no_harm() -> None:
    resolved = read(f'[[override]]\nzone = "B000/NOWHERE"\n{SMOKE}.limit = 0.5').resolve(TOWN)
    assert resolved.unmatched == ('zone = "B000/NOWHERE" is not registered',)


def test_an_empty_roster_is_no_trouble() -> None:
    assert Parameters.built_in(CATALOGUE).resolve(Roster.empty()).unmatched == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "[smoke_levl_alarm]\nlimit = 1",
            ("[smoke_levl_alarm]", "line 1", 'did you mean "smoke_level_alarm"?'),
        ),
        ("\n[smoke_level_alarm]\nlimt = 1", ("line 2", "smoke_level_alarm", '"limt"', 'mean "limit"?')),
        ("[smoke_level_alarm]\nlimit = 9", ("limit = 9", "a number from 0.1 to 2 dB/m")),
        ("[smoke_level_alarm]\nlimit = '0.3'", ("limit = '0.3'", "a number from")),
        ("[smoke_level_alarm]\nlimit = true", ("limit = True", "a number from")),
        ("smoke_level_alarm = 1", ("smoke_level_alarm must be a table",)),
        (
            "[[override]]\nsmoke_level_alarm.limit = 0.5",
            ("number 1", "line 1", "needs one of heat_class", "none"),
        ),
        (
            '[[override]]\nbuilding = "B1"\nzone = "B1/Z"\nsmoke_level_alarm.limit = 0.5',
            ("found building and zone",),
        ),
        (
            '[[override]]\nbuilding_class = "tall"\nsmoke_level_alarm.limit = 0.5',
            ("building_class = 'tall'", "must be one of high_rise_1, high_rise_2"),
        ),
        (
            '[[override]]\nsensor = "B1/D1"\nsmoke_level_alarm.limit = 0.5',
            ('must look like "B001/D12/smoke"',),
        ),
        ("[smoke_level_alarm]\nlimit = 0.2\nclears_below = 0.3", ("clears_below = 0.3", "limit, 0.2")),
        (
            '[[override]]\nbuilding="B"\nsmoke_level_alarm.limit=0.5\n[[override]]\nbuilding="B"\nsmoke_level_alarm.limit=0.6',
            ("[[override]] number 2 (line 4)", "set before", "number 1"),
        ),
        ("[smoke_level_alarm\nlimit = 1", ("city.toml", "not valid TOML", "line 1")),
        ("override = 3", ("must be a list of tables",)),
    ],
)
def test_a_wrong_file_is_refused_in_words_that_help(text: str, words: tuple[str, ...]) -> None:
    problem = refusals(text)
    assert problem.startswith("city.toml: ")
    for word in words:
        assert word in problem


def test_all_problems_of_a_file_are_told_at_once() -> None:
    assert len(refusals("[smoke_level_alarm]\nlimit = 9\n[nothing]\nlimit = 1").splitlines()) == 2


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ParameterFileError, match=r"absent\.toml: cannot be read"):
        read_parameter_file(tmp_path / "absent.toml", CATALOGUE)


def test_numbers_of_several_tables_that_do_not_go_together_are_told() -> None:
    parameters = Parameters(
        (
            Override(Origin.FILE, Selector.BUILDING, "B000", SMOKE, "limit", 0.2),
            Override(Origin.FILE, Selector.ZONE_USE, "kitchen", SMOKE, "clears_below", 0.3),
        ),
        CATALOGUE,
    )
    (conflict,) = parameters.resolve(TOWN).conflicts
    assert conflict.startswith(f"{SMOKE}: clears_below is on the wrong side of limit")


def test_a_city_of_a_hundred_thousand_sensors_is_laid_out_within_a_second() -> None:
    city = make_town(500, 20, 5)
    assert len(city.sensors) == 100_000
    parameters = Parameters.built_in(CATALOGUE).set_everywhere({(SMOKE, "limit"): 0.25})
    began = time.process_time()
    parameters.resolve(city)
    assert time.process_time() - began < 1.0


def test_a_hundred_thousand_sensors_may_each_have_a_limit_of_their_own() -> None:
    city = make_town(500, 20, 5)
    names = [
        f"{building}/{code}/{name}" for building, code in city.codes for name in ("smoke", "temperature")
    ]
    limits = 0.1 + np.arange(len(names)) / len(names)
    overrides = tuple(
        Override(Origin.FILE, Selector.SENSOR, name, SMOKE, "limit", float(limit))
        for name, limit in zip(names, limits, strict=True)
    )
    began = time.process_time()
    resolved = Parameters(overrides, CATALOGUE).resolve(city)
    assert time.process_time() - began < 5.0
    slots = np.arange(len(names), dtype=np.int32)
    np.testing.assert_array_equal(resolved.of_sensors(SMOKE, "limit", slots), limits)


def test_what_is_in_force_says_where_it_comes_from() -> None:
    parameters = read(f'[[override]]\nzone_use = "kitchen"\n{SMOKE}.limit = 0.5\nnote = "gas hobs"')
    found = {
        one.parameter.name: one
        for one in parameters.in_force(RULES[SMOKE], {Selector.EVERYWHERE: "", Selector.ZONE_USE: "kitchen"})
    }
    override = found["limit"].override
    assert override is not None
    assert (override.where, override.note) == ("[[override]] number 1 (line 1)", "gas hobs")
    assert found["clears_below"].override is None


def test_places_are_named_as_files_name_them() -> None:
    places = find_places(TOWN)
    names = places.names_of_sensor(2)
    assert names[Selector.SENSOR] == "B000/D0-1/smoke"
    assert names[Selector.ZONE] == "B000/Z0"
    assert places.names_of(SubjectKind.BUILDING, 3)[Selector.BUILDING] == "B003"
