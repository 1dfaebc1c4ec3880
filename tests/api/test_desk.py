"""The page: served whole, asking no other site, never taking data for markup."""

from __future__ import annotations

import re
from importlib import resources

import httpx
import pytest

DESK = resources.files("api") / "desk"
FILES = sorted(file.name for file in DESK.iterdir())


def test_the_page_is_served_with_a_policy_that_admits_nothing_but_ourselves(client: httpx.Client) -> None:
    answer = client.get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_everything_the_page_names_is_served_and_unchanged_files_answer_304(client: httpx.Client) -> None:
    names = set(re.findall(r'"(/desk/[a-z.]+)"', client.get("/").text))
    names |= {f"/desk/{name}" for text in _scripts() for name in re.findall(r'from "\./([a-z.]+)"', text)}
    assert len(names) >= 5
    for name in names:
        answer = client.get(name)
        assert answer.status_code == 200, name
        assert client.get(name, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("name", FILES)
def test_no_file_of_the_page_asks_another_site_or_makes_markup_of_data(name: str) -> None:
    text = (DESK / name).read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|//[a-z0-9-]+\.", text)
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|<script>| on[a-z]+=| style=", text
    )


def test_the_page_weighs_little() -> None:
    assert sum(len((DESK / name).read_bytes()) for name in FILES) < 60_000


def _scripts() -> list[str]:
    return [(DESK / name).read_text(encoding="utf-8") for name in FILES if name.endswith(".js")]
