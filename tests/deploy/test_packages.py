"""The private prefix of Debian's packages. Downloads are the real ones, taken once from the usual cache."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy import apt, packages
from deploy.apt import PackagesUnavailableError, PrivateApt
from deploy.exits import ExitStatus
from deploy.prefix import is_complete
from schemas.settings import Settings


@pytest.fixture
def private_cache(folder: Path, bare_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache without a prefix, but with the downloads of the usual one when it has them."""
    monkeypatch.setattr(packages, "_installed", lambda: None)
    cache = folder / "cache"
    cache.mkdir()
    if (usual := bare_settings.cache_dir / "apt").is_dir():
        shutil.copytree(usual, cache / "apt", ignore=shutil.ignore_patterns("partial", "chromium*"))
    return cache


def _version(program: Path) -> str:
    return subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout


def test_interrupted_unpacking_and_a_broken_download_are_repaired(private_cache: Path) -> None:
    (half := private_cache / f"debian-trixie-{packages.os.uname().machine}-1").mkdir()
    (left_over := private_cache / f"{half.name}.unpacking-x").mkdir()
    for deb in (private_cache / "apt/downloads").glob("libpq5_*.deb"):
        deb.write_bytes(b"half a download")

    programs = packages.find_programs(private_cache)

    assert "(PostgreSQL) 17." in _version(programs.postgres_bin / "postgres")
    assert packages._mosquitto_version(programs.mosquitto) >= (2, 0)
    assert not left_over.exists()
    # The second time nothing is done: apt is not even asked.
    stamp = half / "complete.json"
    written = stamp.stat().st_mtime_ns
    assert packages.find_programs(private_cache) == programs
    assert stamp.stat().st_mtime_ns == written


def test_prefix_that_was_moved_is_not_taken_for_complete(folder: Path) -> None:
    (folder / "complete.json").write_text(json.dumps({"prefix": "/elsewhere"}))
    assert not is_complete(folder)


def test_machine_without_apt_is_told_what_serves_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt.shutil, "which", lambda _name: None)
    with pytest.raises(
        PackagesUnavailableError, match=r"no apt.*FENGSUI_DATABASE_URL and FENGSUI_MQTT_URL"
    ) as raised:
        PrivateApt(folder).download(("mosquitto",), re.compile("mosquitto"))
    assert raised.value.exit_status == ExitStatus.PREREQUISITE


def test_machine_without_a_debian_archive_is_told_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt, "read_sources", lambda *_: [])
    with pytest.raises(PackagesUnavailableError, match="name no Debian archive"):
        PrivateApt(folder).download(("mosquitto",), re.compile("mosquitto"))
