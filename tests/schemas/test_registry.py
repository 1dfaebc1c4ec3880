"""Registry files: all or nothing, every bad line named, and an export that is an import."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from schemas.registry import export_registry, import_records, import_registry
from schemas.registry_file import RegistryError
from schemas.registry_records import Area
from schemas.settings import Settings
from tests.conftest import clean

EXAMPLE = Path(__file__).parents[2] / "docs" / "registry-example.csv"
HEADER = EXAMPLE.read_text(encoding="utf-8").splitlines()[0]


def row(**cells: object) -> str:
    return ",".join(str(cells.get(name, "")) for name in HEADER.split(","))


AREA = row(record="area", code="A", name="青禾街道", level="street")
BUILDING = {"record": "building", "code": "B", "parent": "A", "name": "一号楼", "class": "high_rise_1"}
BUILDING |= {"use": "residential", "height_m": 80, "floors": 26}
ZONE = {"record": "zone", "code": "Z", "parent": "B", "name": "走道", "floor": 3, "use": "corridor"}
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
    clean(database)
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


def test_a_sensor_with_readings_keeps_its_quantity(
    settings: Settings, database: psycopg.Connection, tmp_path: Path
) -> None:
    rows = [AREA, row(**BUILDING), row(**DEVICE)]
    import_registry(url_of(settings), write(tmp_path, *rows, row(**SENSOR)))
    other = write(tmp_path, row(**SENSOR | {"quantity": "co"}))
    import_registry(url_of(settings), other)
    database.execute("INSERT INTO readings VALUES (now(), now(), 3, 1, 0)")
    with pytest.raises(RegistryError) as caught:
        import_registry(url_of(settings), write(tmp_path, row(**SENSOR)))
    assert "has readings of co and cannot become smoke" in caught.value.problems[0].reason


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
        row(**SENSOR | {"quantity": "loudness"}),
        row(record="lift", code="L"),
        AREA,
        row(record="area", code="R1", parent="R2", name="环", level="grid"),
        row(record="area", code="R2", parent="R1", name="环", level="grid"),
        "area,X",
        row(**DEVICE | {"zone": "Z9"}),
        row(**DEVICE | {"code": "D2", "retired": "maybe"}),
        row(**BUILDING),
        row(**ZONE | {"adjoins": "Z Y"}),
        row(**ZONE | {"code": "X", "adjoins": "Y 一号"}),
        row(**ZONE | {"code": "W", "adjoins": "Y"}),
        row(**DEVICE | {"code": "D3", "gateway": "D3"}),
        row(**DEVICE | {"code": "D4", "gateway": "GW"}),
        row(**SENSOR | {"heat_class": "A1"}),
        row(**SENSOR | {"quantity": "temperature", "heat_class": "H"}),
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
        12: "greater than or equal to 0.001",
        13: "quantity 'loudness'",
        14: "no kind of record: area, building",
        15: "stands on line 2 already",
        16: "lies within itself",
        17: "lies within itself",
        18: "2 cells under 24 columns",
        19: "has no zone Z9",
        20: "neither true nor false",
        22: "cannot adjoin itself",
        23: "must be 1 to 64",
        24: "has no zone Y to adjoin",
        25: "cannot be its own gateway",
        26: "no device GW that could be a gateway",
        27: "is for a temperature, not for smoke",
        28: "heat_class 'H'",
    }
    for line, words in expected.items():
        assert any(at == line and words in reason for at, reason in problems), (line, words, problems)
    assert {at for at, _ in problems} == set(expected)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("青禾".encode("gbk"), "not UTF-8"),
        (b"", "the file is empty"),
        (HEADER.replace(",", ";").encode(), "save with commas"),
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


def test_an_unclosed_quote_costs_only_its_own_line(settings: Settings, tmp_path: Path) -> None:
    path = write(tmp_path, row(record="area", code="!"), 'area,"A,', row(record="area", code="?"))
    assert {line for line, _ in refuse(settings, path)} == {2, 3, 4}


def test_a_bad_building_is_not_called_missing_by_what_stands_in_it(
    settings: Settings, tmp_path: Path
) -> None:
    path = write(tmp_path, AREA, row(**BUILDING | {"height_m": -3}), row(**DEVICE), row(**SENSOR))
    assert {line for line, _ in refuse(settings, path)} == {3}


@pytest.mark.parametrize(
    ("cells", "accepted"),
    [
        ({"class": "multi_storey", "use": "public", "height_m": 40, "floors": 10}, False),
        ({"class": "multi_storey", "use": "public", "height_m": 60, "floors": 1}, True),
        ({"class": "high_rise_1", "use": "public", "height_m": 10, "floors": 3}, False),
        ({"class": "high_rise_1", "use": "public", "height_m": 30, "floors": 8}, True),
        ({"class": "high_rise_2", "use": "residential", "height_m": 60}, False),
        ({"class": "industrial", "use": "residential"}, False),
    ],
)
def test_only_a_class_that_the_standard_excludes_is_refused(
    settings: Settings, tmp_path: Path, cells: dict[str, object], accepted: bool
) -> None:
    path = write(tmp_path, AREA, row(**BUILDING | cells))
    if accepted:
        assert import_registry(url_of(settings), path).changed
    else:
        assert "GB 50016" in refuse(settings, path)[0][1]


@pytest.mark.parametrize(
    ("name", "accepted"),
    [("云汀　大酒店", True), ("-5", True), ("-cmd", False), ("\t=cmd", False), ("@cmd", False)],
)
def test_a_name_may_hold_wide_spaces_but_no_formula(
    settings: Settings, tmp_path: Path, name: str, accepted: bool
) -> None:
    path = write(tmp_path, row(record="area", code="A", name=name, level="grid"))
    if accepted:
        assert import_registry(url_of(settings), path).changed
    else:
        assert "formula" in refuse(settings, path)[0][1]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a = " + "[" * 100_000, 0, "not TOML"),
        ("[[building]]\nfloors = " + "9" * 5000, 0, "not TOML"),
        ('[[area]]\nname = "街"\nlevel = "grid"\ncode = "A"\nline = 99\n', 1, "has no 'line'"),
        ('# [[area]]\n[["area"]]\nname = "街"\nlevel = "grid"\ncode = "!"\n', 2, "must be 1 to 64"),
        ('[[zone]]\ncode = "Z"\nparent = "B"\nname = "层"\nuse = "room"\nfloor = true\n', 1, "integer"),
    ],
)
def test_odd_toml_is_refused_at_its_line(
    settings: Settings, tmp_path: Path, text: str, line: int, words: str
) -> None:
    path = tmp_path / "registry.toml"
    path.write_text(text, encoding="utf-8")
    found = refuse(settings, path)
    assert found[0][0] == line
    assert words in found[0][1]


def test_records_in_memory_that_repeat_a_code_are_refused(settings: Settings) -> None:
    twice = [Area(code="A", name="街", level="street"), Area(code="A", name="道", level="street")]
    with pytest.raises(RegistryError):
        import_records(url_of(settings), twice)


def test_an_area_may_move_under_one_that_comes_with_the_same_file(
    settings: Settings, database: psycopg.Connection, tmp_path: Path
) -> None:
    import_registry(url_of(settings), write(tmp_path, AREA))
    above = row(record="area", code="C", parent="", name="市", level="city")
    below = row(record="area", code="G", parent="A", name="格", level="grid")
    moved = row(record="area", code="A", parent="C", name="青禾街道", level="street")
    report = import_registry(url_of(settings), write(tmp_path, below, moved, above))
    assert (dict(report.created), dict(report.updated)) == ({"area": 2}, {"area": 1})
    query = "SELECT a.code, p.code FROM areas a LEFT JOIN areas p ON p.area_id = a.parent_id"
    assert dict(database.execute(query).fetchall()) == {"A": "C", "C": None, "G": "A"}
    assert database.execute("SELECT max(area_id) FROM areas").fetchone() == (3,)


def test_what_an_older_version_stored_can_still_be_exported(
    settings: Settings, database: psycopg.Connection
) -> None:
    database.execute("INSERT INTO areas (code, name, level) VALUES ('A', '=old', 'parish')")
    assert "=old" in export_registry(url_of(settings), None)


@pytest.mark.parametrize("suffix", [".csv", ".toml"])
def test_neighbours_gateways_and_heat_classes_are_kept(
    settings: Settings, database: psycopg.Connection, tmp_path: Path, suffix: str
) -> None:
    """A gateway may come with its devices, and after them, in the same file."""
    rows = [AREA, row(**BUILDING), row(**ZONE | {"adjoins": "Y X"}), row(**ZONE | {"code": "Y"})]
    rows += [row(**ZONE | {"code": "X"}), row(**DEVICE | {"gateway": "GW"}), row(**DEVICE | {"code": "GW"})]
    rows += [row(**SENSOR | {"code": "t", "quantity": "temperature", "heat_class": "A2S"})]
    import_registry(url_of(settings), write(tmp_path, *rows))
    export_registry(url_of(settings), tmp_path / f"out{suffix}")
    clean(database)
    import_registry(url_of(settings), tmp_path / f"out{suffix}")
    assert database.execute("SELECT adjoins FROM zones ORDER BY zone_id").fetchall() == [
        (["Y", "X"],),
        ([],),
        ([],),
    ]
    pairs = database.execute(
        "SELECT d.code, g.code FROM devices d LEFT JOIN devices g ON g.device_id = d.gateway_id ORDER BY 1"
    ).fetchall()
    assert pairs == [("D", "GW"), ("GW", None)]
    assert database.execute("SELECT heat_class FROM sensors").fetchall() == [("A2S",)]
    without = write(tmp_path, row(**ZONE), row(**DEVICE))
    assert dict(import_registry(url_of(settings), without).updated) == {"zone": 1, "device": 1}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"quantity": "smoke", "circuit": "C1"}, "circuit is for"),
        ({"quantity": "current", "insulation": "pvc"}, "insulation is for cable_temperature"),
        ({"quantity": "residual_current", "phase": "A"}, "phase is for"),
        ({"quantity": "cable_temperature", "rated_current_a": 63}, "rated_current_a is for current"),
        ({"quantity": "current", "rated_current_a": 0}, "greater than 0"),
        ({"quantity": "cable_temperature", "insulation": "paper"}, "'pvc' or 'xlpe'"),
        ({"quantity": "voltage", "phase": "D"}, "'A', 'B', 'C' or 'N'"),
        ({"quantity": "voltage", "circuit": "一号"}, "must be 1 to 64 of"),
    ],
)
def test_wiring_is_registered_only_of_what_has_it(
    settings: Settings, tmp_path: Path, cells: dict[str, object], reason: str
) -> None:
    header = f"{HEADER},circuit,phase,insulation,rated_current_a"
    cells = SENSOR | {"code": "x"} | cells
    sensor = ",".join(str(cells.get(name, "")) for name in header.split(","))
    rows = [f"{record},,,," for record in (AREA, row(**BUILDING), row(**DEVICE))]
    [(_, told)] = refuse(settings, write(tmp_path, *rows, sensor, header=header))
    assert reason in told
