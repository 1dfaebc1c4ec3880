"""Registry files: all or nothing, every bad line named, and an export that is an import."""

from __future__ import annotations

import string
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from schemas.domain import BuildingUse, PowerSupply, Quantity, ZoneUse
from schemas.registry import export_registry, import_records, import_registry
from schemas.registry_file import RegistryError
from schemas.registry_records import Area, Building, Device, Record, Sensor, Zone
from schemas.settings import Settings
from schemas.units import CONVERSIONS
from tests.conftest import CLEAN

EXAMPLE = Path(__file__).parents[2] / "docs" / "registry-example.csv"
HEADER = EXAMPLE.read_text(encoding="utf-8").splitlines()[0]


def row(**cells: object) -> str:
    return ",".join(str(cells.get(name, "")) for name in HEADER.split(","))


AREA = row(record="area", code="A", name="青禾街道", level="street")
BUILDING = {"record": "building", "code": "B", "parent": "A", "name": "一号楼", "class": "high_rise_1"}
BUILDING |= {"use": "residential", "height_m": 80, "floors": 26}
DEVICE = {"record": "device", "code": "D", "parent": "B", "name": "探测器"}
SENSOR = {"record": "sensor", "code": "smoke", "parent": "B/D", "quantity": "smoke", "interval_s": 10}


def write(folder: Path, *rows: str, name: str = "registry.csv", header: str = HEADER) -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def url_of(settings: Settings) -> str:
    assert settings.database_url
    return settings.database_url


def refuse(settings: Settings, path: Path) -> list[tuple[int, str]]:
    """Lines and reasons of a file that must be refused, after making sure that nothing was kept."""
    with pytest.raises(RegistryError) as caught:
        import_registry(url_of(settings), path)
    with psycopg.connect(url_of(settings)) as connection:
        assert connection.execute("SELECT count(*) FROM areas").fetchone() == (0,)
    return [(problem.line, problem.reason) for problem in caught.value.problems]


def test_the_example_is_imported_and_the_same_again_changes_nothing(settings: Settings) -> None:
    report = import_registry(url_of(settings), EXAMPLE)
    assert report.created.total() > 10
    assert not import_registry(url_of(settings), EXAMPLE).changed


@pytest.mark.parametrize("suffix", [".csv", ".toml"])
def test_an_export_is_an_import(
    settings: Settings, database: psycopg.Connection, tmp_path: Path, suffix: str
) -> None:
    import_registry(url_of(settings), EXAMPLE)
    before = export_registry(url_of(settings), tmp_path / f"out{suffix}")
    assert not import_registry(url_of(settings), tmp_path / f"out{suffix}").changed
    database.execute(CLEAN)
    import_registry(url_of(settings), tmp_path / f"out{suffix}")
    assert export_registry(url_of(settings), tmp_path / f"again{suffix}") == before


def test_only_an_import_that_changes_something_moves_the_version(
    settings: Settings, database: psycopg.Connection
) -> None:
    versions = []
    for _ in range(3):
        import_registry(url_of(settings), EXAMPLE)
        versions.append(database.execute("SELECT version FROM registry_version").fetchone())
    assert versions[1] == versions[2] == versions[0]


def test_an_update_keeps_the_number_of_a_sensor(
    settings: Settings, database: psycopg.Connection, tmp_path: Path
) -> None:
    rows = [AREA, row(**BUILDING), row(**DEVICE)]
    import_registry(url_of(settings), write(tmp_path, *rows, row(**SENSOR)))
    report = import_registry(url_of(settings), write(tmp_path, *rows, row(**SENSOR | {"interval_s": 5})))
    assert dict(report.updated) == {"sensor": 1}
    co = row(**SENSOR | {"code": "co", "quantity": "co"})
    import_registry(url_of(settings), write(tmp_path, co))
    assert database.execute("SELECT sensor_id, channel FROM sensors ORDER BY 1").fetchall() == [
        (1, "smoke"),
        (2, "co"),
    ]


def test_every_bad_line_is_named_with_its_reason(settings: Settings, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        AREA,
        row(**BUILDING | {"code": "B1", "height_m": -3}),
        row(**BUILDING | {"code": "B2", "floors": 5000}),
        row(**BUILDING | {"code": "B3", "class": "multi_storey"}),
        row(**BUILDING | {"code": "B4", "name": "=cmd()"}),
        row(**BUILDING | {"code": "B5", "parent": "NOWHERE"}),
        row(**BUILDING | {"code": "一号"}),
        row(**SENSOR | {"parent": "B/NONE"}),
        row(**SENSOR | {"unit": "MPa"}),
        row(**SENSOR | {"range_low": 5, "range_high": 5}),
        row(**SENSOR | {"interval_s": 0}),
        row(**SENSOR | {"quantity": "humidity"}),
        row(record="lift", code="L"),
        AREA,
        row(record="area", code="R1", parent="R2", name="环", level="grid"),
        row(record="area", code="R2", parent="R1", name="环", level="grid"),
        "area,X",
        row(**DEVICE | {"zone": "Z9"}),
        row(**DEVICE | {"code": "D2", "retired": "maybe"}),
        row(**BUILDING),
    )
    problems = refuse(settings, path)
    expected = {
        3: "greater than 0",
        4: "less than or equal to 200",
        5: "high_rise_1 above 54 m",
        6: "formula",
        7: "no area NOWHERE",
        8: "must be 1 to 64",
        9: "no device B/NONE",
        10: "no unit of smoke; accepted: dB/m",
        11: "not below range_high",
        12: "greater than 0",
        13: "quantity 'humidity'",
        14: "no kind of record: area, building",
        15: "stands on line 2 already",
        16: "lies within itself",
        17: "lies within itself",
        18: "2 cells under 21 columns",
        19: "has no zone Z9",
        20: "neither true nor false",
    }
    for line, words in expected.items():
        assert any(at == line and words in reason for at, reason in problems), (line, words, problems)
    assert {at for at, _ in problems} == set(expected)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("青禾".encode("gbk"), "not UTF-8"),
        (b"", "column 'record' is missing"),
        (HEADER.encode() + b",colour\n", "column 'colour' is not known"),
        (HEADER.encode() + b"\n", "holds no record"),
        (HEADER.encode() + b'\narea,A,,"half', "not CSV"),
        (HEADER.encode() + b"\narea,A\0", "NUL"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    settings: Settings, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "registry.csv"
    path.write_bytes(content)
    assert words in refuse(settings, path)[0][1]


def test_half_a_toml_file_is_refused_at_its_line(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "registry.toml"
    path.write_text('[[area]]\ncode = "A"\nname = "未完', encoding="utf-8")
    line, reason = refuse(settings, path)[0]
    assert line == 3
    assert "not TOML" in reason


def test_a_toml_problem_is_at_the_line_of_its_table(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "registry.toml"
    path.write_text(
        '[[area]]\ncode = "A"\nname = "街"\nlevel = "street"\n[[area]]\ncode = "C"\n', encoding="utf-8"
    )
    assert {line for line, _ in refuse(settings, path)} == {5}


def test_a_byte_order_mark_is_borne(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "registry.csv"
    path.write_text(f"{HEADER}\n{AREA}\n", encoding="utf-8-sig")
    assert import_registry(url_of(settings), path).created == {"area": 1}


CODES = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=8)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12).filter(
    lambda name: name[0] not in "=+@-"
)


@st.composite
def registries(draw: st.DrawFn) -> list[Record]:
    areas = draw(st.lists(CODES, min_size=1, max_size=3, unique=True))
    records: list[Record] = [
        Area(code=code, name=draw(NAMES), level="grid", parent=areas[0] if i else None)
        for i, code in enumerate(areas)
    ]
    for code in draw(st.lists(CODES, max_size=3, unique=True)):
        facts = {"class": "high_rise_1", "use": draw(st.sampled_from(BuildingUse)), "name": draw(NAMES)}
        facts |= {"height_m": draw(st.floats(1, 900)), "floors": 9, "parent": draw(st.sampled_from(areas))}
        records.append(Building.model_validate({"code": code, **facts}))
        records.append(
            Zone(code="Z", parent=code, name=draw(NAMES), floor=-2, use=draw(st.sampled_from(ZoneUse)))
        )
        zone, power = draw(st.sampled_from(["Z", None])), draw(st.sampled_from(PowerSupply))
        records.append(Device(code="D", parent=code, name=draw(NAMES), zone=zone, power=power))
        quantity = draw(st.sampled_from(Quantity))
        unit = draw(st.sampled_from(sorted(CONVERSIONS[quantity])))
        limits = {"range_low": draw(st.floats(-9, 0)), "range_high": draw(st.none() | st.floats(1, 9))}
        sensor = {"code": "x", "parent": f"{code}/D", "quantity": quantity, "unit": unit, "interval_s": 0.5}
        records.append(Sensor.model_validate(sensor | limits))
    return records


@hypothesis_settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(registries(), st.sampled_from([".csv", ".toml"]))
def test_any_registry_survives_export_and_import(
    settings: Settings, database: psycopg.Connection, tmp_path: Path, records: list[Record], suffix: str
) -> None:
    database.execute(CLEAN)
    import_records(url_of(settings), records)
    before = export_registry(url_of(settings), tmp_path / f"a{suffix}")
    assert not import_registry(url_of(settings), tmp_path / f"a{suffix}").changed
    database.execute(CLEAN)
    import_registry(url_of(settings), tmp_path / f"a{suffix}")
    assert export_registry(url_of(settings), tmp_path / f"b{suffix}") == before
