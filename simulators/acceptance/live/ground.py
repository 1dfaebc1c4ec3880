"""Test buildings in the registry: one for each scenario, marked as what they are, and taken out of service again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.registry import import_records
from schemas.registry_records import Area, Building, Device, Record
from simulators.scenarios.scenario import Scenario
from simulators.scenarios.scenario_file import read_building


@dataclass(frozen=True)
class TestBuilding:
    """The building of one scenario under a code of its own."""

    scenario: Scenario
    code: str
    records: tuple[Record, ...]

    @property
    def devices(self) -> list[str]:
        return [record.code for record in self.records if isinstance(record, Device)]

    @staticmethod
    def of(scenario: Scenario, run: str) -> TestBuilding:
        """The scenario's building as ``ACCEPT-<run>-<scenario>``, whose name says that it is a test.

        Each run has buildings of its own: what the rules hold to be active of an earlier one ends only when somebody
        sees its end.
        """
        code = f"ACCEPT-{run}-{scenario.name}"[:64]
        return TestBuilding(
            scenario,
            code,
            tuple(_rename(record, code, scenario) for record in read_building(scenario.building)),
        )


def _rename(record: Record, code: str, scenario: Scenario) -> Record:
    match record:
        case Area():
            return record
        case Building():
            return record.model_copy(update={"code": code, "name": f"【测试】{scenario.title_zh}"})
    parent = str(getattr(record, "parent", ""))
    _, slash, device = parent.partition("/")
    return record.model_copy(update={"parent": f"{code}{slash}{device}"})


def register(database_url: str, buildings: Sequence[TestBuilding]) -> None:
    """Enter them all."""
    import_records(database_url, _without_repeats(buildings))


def retire(database_url: str, buildings: Sequence[TestBuilding]) -> None:
    """Take all their devices out of service; what they reported stays."""
    records = [
        record.model_copy(update={"retired": True}) if isinstance(record, Device) else record
        for record in _without_repeats(buildings)
    ]
    import_records(database_url, records)


def _without_repeats(buildings: Sequence[TestBuilding]) -> list[Record]:
    found = {(record.KIND, record.key): record for building in buildings for record in building.records}
    return list(found.values())
