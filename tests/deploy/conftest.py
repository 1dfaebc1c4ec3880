"""Folders that the unprivileged account of the servers can reach, and a stack of our own to try things on."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.stack import embedded_services
from schemas.settings import Settings, load_settings


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder everybody may enter (pytest's own is closed to the servers' account when we are root)."""
    path = Path(tempfile.mkdtemp(prefix="fengsui-deploy-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def bare_settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings over an empty folder, whatever the environment says; packages come from the usual cache."""
    monkeypatch.delenv("FENGSUI_DATABASE_URL", raising=False)
    monkeypatch.delenv("FENGSUI_MQTT_URL", raising=False)
    return load_settings(data_dir=folder / "data")


@pytest.fixture(scope="session")
def made_folder() -> Iterator[Path]:
    """A data folder with a database already made, to be copied: making one takes longer than the tests."""
    with tempfile.TemporaryDirectory(prefix="fengsui-deploy-made-", ignore_cleanup_errors=True) as path:
        Path(path).chmod(0o755)
        settings = load_settings(data_dir=Path(path) / "data").model_copy(
            update={"database_url": None, "mqtt_url": None}
        )
        with embedded_services(settings):
            pass
        yield settings.data_dir


@pytest.fixture
def made_settings(bare_settings: Settings, made_folder: Path) -> Settings:
    """Settings over a data folder of its own that has a database already."""
    subprocess.run(["cp", "-a", made_folder, bare_settings.data_dir], check=True)
    return bare_settings
