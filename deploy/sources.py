"""Reads the machine's own apt sources to learn where its Debian archive is.

No address of an archive stands in this project: whoever runs a mirror has told apt already.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_DEBIAN_SUITE = re.compile(
    r"^(bullseye|bookworm|trixie|forky|sid|oldstable|stable|testing|unstable)(-updates|-security|-backports)?$"
)
_ONE_LINE = re.compile(
    r"^deb\s+(?:\[(?P<options>[^]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<components>.+)$"
)


@dataclass(frozen=True)
class Source:
    """One archive as apt knows it."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str = ""


@dataclass(frozen=True)
class Archives:
    """Where Debian's packages and its security updates come from on this machine, likeliest first."""

    main: tuple[str, ...]
    security: tuple[str, ...]


def parse_one_line(text: str) -> list[Source]:
    """Read the classic format: ``deb [options] uri suite component…``."""
    sources = []
    for line in text.splitlines():
        match = _ONE_LINE.match(line.split("#", 1)[0].strip())
        if match:
            options = dict(word.split("=", 1) for word in (match["options"] or "").split() if "=" in word)
            sources.append(
                Source(
                    match["uri"],
                    (match["suite"],),
                    tuple(match["components"].split()),
                    options.get("signed-by", ""),
                )
            )
    return sources


def parse_deb822(text: str) -> list[Source]:
    """Read the newer format: paragraphs of ``Types: … URIs: … Suites: … Components: …``."""
    return [source for paragraph in _paragraphs(text) for source in _from_paragraph(paragraph)]


def _paragraphs(text: str) -> list[dict[str, str]]:
    paragraphs: list[dict[str, str]] = [{}]
    field = ""
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if not line.strip():
            paragraphs.append({})
        elif line[0].isspace():
            paragraphs[-1][field] = f"{paragraphs[-1].get(field, '')} {line.strip()}"
        else:
            field, _, value = line.partition(":")
            field = field.strip().lower()
            paragraphs[-1][field] = value.strip()
    return paragraphs


def _from_paragraph(paragraph: dict[str, str]) -> list[Source]:
    disabled = paragraph.get("enabled", "yes").lower() in ("no", "false", "0", "off")
    if disabled or "deb" not in paragraph.get("types", "").split():
        return []
    suites = tuple(paragraph.get("suites", "").split())
    components = tuple(paragraph.get("components", "").split())
    signed_by = paragraph.get("signed-by", "")
    return [Source(uri, suites, components, signed_by) for uri in paragraph.get("uris", "").split()]


def read_sources(list_file: Path, parts: Path) -> list[Source]:
    """Read ``sources.list`` and every file of ``sources.list.d`` that apt would read."""
    files = [list_file, *sorted(parts.glob("*.list")), *sorted(parts.glob("*.sources"))]
    sources = []
    for file in files:
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            sources += parse_deb822(text) if file.suffix == ".sources" else parse_one_line(text)
    return sources


def debian_archives(sources: list[Source]) -> Archives:
    """Pick out Debian's own archives.

    A third party may use Debian's suite names too. Those are only ranked last, not told apart for
    certain: what decides is apt, which accepts nothing that Debian's keys have not signed.
    """
    debian = [
        source
        for source in sources
        if "main" in source.components
        and any(_DEBIAN_SUITE.match(suite) for suite in source.suites)
        and not source.uri.startswith("cdrom:")
    ]
    debian.sort(key=_doubt)
    security = [
        source.uri for source in debian if any(suite.endswith("-security") for suite in source.suites)
    ]
    main = [source.uri for source in debian if any("-" not in suite for suite in source.suites)]
    return Archives(tuple(dict.fromkeys(main)), tuple(dict.fromkeys(security)))


def _doubt(source: Source) -> int:
    signed = "debian-archive" in source.signed_by
    named = source.uri.rstrip("/").endswith(("/debian", "/debian-security"))
    return 2 - signed - named
