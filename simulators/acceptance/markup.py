"""Small pieces of HTML: text in two languages, tables, badges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def both(zh: str, en: str) -> str:
    """A text in both languages, of which the page shows one or both."""
    return f'<span lang="zh">{escape(zh)}</span><span lang="en">{escape(en)}</span>'


def badge(passed: bool) -> str:
    """Passed or failed, told by word and not by colour alone."""
    words = both("通过", "passed") if passed else both("未通过", "failed")
    return f'<b class="{"ok" if passed else "bad"}">{words}</b>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers_from: int = 1) -> str:
    """Cells are markup already; columns from `numbers_from` on hold numbers."""
    cells = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join(f"<tr>{_row(row, numbers_from)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"


def _row(row: Sequence[str], numbers_from: int) -> str:
    return "".join(
        f'<td class="n">{cell}</td>' if place >= numbers_from else f"<td>{cell}</td>"
        for place, cell in enumerate(row)
    )


def figure(value: float | None, unit: str = "", digits: int = 1) -> str:
    """A number as a cell; a dash where there is none."""
    if value is None:
        return "–"
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") + unit if "." in text else text + unit


def tell_time(seconds: float | None) -> str:
    """Seconds as people read them: 45 s, 12.5 min, 3.2 h, 8.1 d."""
    if seconds is None:
        return "–"
    for limit, size, unit in ((120.0, 1.0, "s"), (7200.0, 60.0, "min"), (172_800.0, 3600.0, "h")):
        if abs(seconds) < limit:
            return figure(seconds / size, f" {unit}")
    return figure(seconds / 86_400.0, " d")
