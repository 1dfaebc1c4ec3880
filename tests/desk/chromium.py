"""A Chromium to test the page with: the machine's own, or Debian's, unpacked beside the other packages."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from deploy.apt import SUITE
from deploy.prefix import Contents, ensure_prefix, find_loader, patch_program

# Part of the prefix's name: raise it when the way of unpacking changes.
_LAYOUT = 1
_PROGRAM = "usr/lib/chromium/chromium-headless-shell"
_FONTS = "fonts.conf"
_FONTS_XML = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{prefix}/usr/share/fonts</dir><cachedir>{prefix}/fontcache</cachedir></fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    """The program, and what it needs in its environment."""

    program: Path
    environment: dict[str, str] = field(default_factory=dict)


def find_chromium(cache_dir: Path) -> Chromium:
    """The machine's own Chromium, else the one of a private prefix, built on first use (130 MB).

    Raises
    ------
    PrerequisiteError
        Neither is possible; the message says why.
    """
    installed = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium"))), None)
    if installed:
        return Chromium(Path(installed))
    prefix = cache_dir / f"chromium-{SUITE}-{os.uname().machine}-{_LAYOUT}"
    ensure_prefix(prefix, _CONTENTS)
    libraries = find_loader(prefix).parent
    # Some libraries name folders of their own, which only this variable comes before.
    return Chromium(
        prefix / _PROGRAM,
        {
            "LD_LIBRARY_PATH": f"{libraries}:{libraries / 'pulseaudio'}",
            "FONTCONFIG_FILE": str(prefix / _FONTS),
        },
    )


def _bind(scratch: Path, prefix: Path) -> None:
    interpreter = prefix / find_loader(scratch).relative_to(scratch)
    patch_program(scratch / _PROGRAM, "--set-interpreter", str(interpreter))
    (scratch / _FONTS).write_text(_FONTS_XML.format(prefix=prefix))


# The headless shell needs no window system of its own, but is linked to some of its libraries. Debian's smallest font
# with all Chinese characters draws the page's texts.
_CONTENTS = Contents(
    name="Chromium for the tests of the page",
    megabytes=130,
    packages=("chromium-headless-shell", "fonts-wqy-microhei"),
    needed=re.compile(r"^(chromium|fonts-wqy|zlib1g|lib(?!llvm|z3-|gl1-mesa-dri|perl|.*-perl$))"),
    bind=_bind,
)
