"""The files of the page: small, served whole, asking no other site, never taking data for markup."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from importlib import resources
from pathlib import Path

import httpx
import pytest

DESK = Path(str(resources.files("api"))) / "desk"
BUILT = sorted(file for file in (DESK / "built").iterdir() if not file.name.startswith("."))
SOURCES = sorted(file for file in (DESK / "src").rglob("*") if file.suffix in (".ts", ".tsx", ".css"))
# Names of XML's vocabularies look like addresses and are never asked for.
NAMESPACE = re.compile(r"http://www\.w3\.org/(2000/svg|1999/xhtml|1998/Math/MathML|1999/xlink)")
LARGEST_BYTES = 150_000


def test_the_page_is_served_with_a_policy_that_admits_nothing_but_ourselves(client: httpx.Client) -> None:
    answer = client.get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_everything_the_page_names_is_served_and_unchanged_files_answer_304(client: httpx.Client) -> None:
    names = set(re.findall(r'"(/desk/[\w.-]+)"', client.get("/").text))
    assert {name.rpartition(".")[2] for name in names} == {"js", "css", "svg"}
    for name in names:
        answer = client.get(name)
        assert answer.status_code == 200, name
        assert client.get(name, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_files_named_by_their_content_are_kept_and_the_page_itself_is_asked_for_anew(
    client: httpx.Client,
) -> None:
    page = client.get("/")
    assert page.headers["cache-control"] == "no-cache"
    for name in re.findall(r'"(/desk/index-[\w.-]+)"', page.text):
        assert "immutable" in client.get(name).headers["cache-control"]


def test_the_page_weighs_at_most_150_kilobytes_as_it_goes_over_the_wire(client: httpx.Client) -> None:
    sizes = {file.name: _weigh(client, file.name) for file in BUILT}
    print(f"{sum(sizes.values())} bytes compressed: {sizes}")
    assert len(sizes) >= 4
    assert sum(sizes.values()) < LARGEST_BYTES


def _weigh(client: httpx.Client, name: str) -> int:
    address = "/" if name == "index.html" else f"/desk/{name}"
    with client.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        return sum(len(part) for part in answer.iter_raw())


def test_the_wheel_holds_the_built_page_and_not_what_it_is_built_from(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=DESK.parents[1], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("api/desk/")}
    assert names == {f"api/desk/built/{file.name}" for file in BUILT}


@pytest.mark.parametrize("file", BUILT, ids=lambda file: file.name)
def test_no_file_of_the_page_names_another_site(file: Path) -> None:
    text = NAMESPACE.sub("", file.read_text(encoding="utf-8"))
    assert not re.search(r"https?://|[\"'(]//[a-z0-9-]+\.", text)


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.name)
def test_no_source_of_the_page_makes_markup_of_data(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text)
    assert len(text.splitlines()) < 300
