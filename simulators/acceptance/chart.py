"""One scenario as a picture: what sensors showed, limits, incidents, and when each alert came, as inline SVG."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from simulators.acceptance.markup import tell_time
from simulators.acceptance.results import Line, Mark, Result

WIDTH, LEFT, RIGHT = 720.0, 64.0, 8.0
LINE_HEIGHT, ROW_HEIGHT, AXIS_HEIGHT = 74.0, 13.0, 16.0
MOST_ROWS = 14
COLOURS = {"red": "#c62828", "orange": "#ef6c00", "yellow": "#b28704", "blue": "#1565c0"}


class _Axis:
    """Seconds across the picture."""

    def __init__(self, lasts: float) -> None:
        self._lasts = max(lasts, 1.0)

    def x(self, second: float) -> float:
        share = min(max(second / self._lasts, 0.0), 1.0)
        return LEFT + share * (WIDTH - LEFT - RIGHT)


def draw(result: Result) -> str:
    """The picture of a result; alerts in rows below the readings, those expected first."""
    axis = _Axis(result.lasts)
    marks = sorted(result.marks, key=lambda mark: (not mark.expected, mark.raised_at))[:MOST_ROWS]
    top = LINE_HEIGHT * len(result.lines)
    height = top + ROW_HEIGHT * len(marks) + AXIS_HEIGHT
    parts = [*_draw_incidents(result, axis, height - AXIS_HEIGHT)]
    for row, line in enumerate(result.lines):
        parts += _draw_line(line, axis, row * LINE_HEIGHT)
    for row, mark in enumerate(marks):
        parts += _draw_mark(mark, axis, top + row * ROW_HEIGHT, result.lasts)
    parts += _draw_axis(result.lasts, axis, height)
    label = escape(f"{result.name}: {result.title_en}")
    return (
        f'<svg viewBox="0 0 {WIDTH:g} {height:g}" role="img" aria-label="{label}">'
        + "".join(parts)
        + "</svg>"
    )


def _draw_incidents(result: Result, axis: _Axis, height: float) -> Iterator[str]:
    for kind, begin, lasts in result.incidents:
        end = result.lasts if lasts is None else begin + lasts
        x, width = axis.x(begin), max(axis.x(end) - axis.x(begin), 1.0)
        yield f'<rect class="incident" x="{x:.1f}" y="0" width="{width:.1f}" height="{height:g}">'
        yield f"<title>{escape(kind)}: {tell_time(begin)}</title></rect>"


def _draw_line(line: Line, axis: _Axis, top: float) -> Iterator[str]:
    shown = [*line.values, *([] if line.limit is None else [line.limit])]
    if not shown:
        return
    low, high = min(shown), max(shown)
    span = (high - low) or 1.0

    def y(value: float) -> float:
        return top + 12.0 + (LINE_HEIGHT - 20.0) * (1.0 - (value - low) / span)

    points = " ".join(
        f"{axis.x(second):.1f},{y(value):.1f}"
        for second, value in zip(line.seconds, line.values, strict=True)
    )
    yield f'<text x="{LEFT:g}" y="{top + 9:g}" class="name">{escape(line.sensor)} [{escape(line.unit)}]</text>'
    for value in (high, low):
        yield f'<text x="{LEFT - 4:g}" y="{y(value) + 3:.1f}" class="tick">{value:.4g}</text>'
    if line.limit is not None:
        at = y(line.limit)
        yield f'<line class="limit" x1="{LEFT:g}" x2="{WIDTH - RIGHT:g}" y1="{at:.1f}" y2="{at:.1f}"/>'
        yield f'<text x="{WIDTH - RIGHT:g}" y="{at - 2:.1f}" class="limit-name">{line.limit:.4g}</text>'
    yield f'<polyline class="reading" points="{points}"/>'


def _draw_mark(mark: Mark, axis: _Axis, top: float, lasts: float) -> Iterator[str]:
    colour = COLOURS[mark.colour]
    begin = axis.x(mark.raised_at)
    end = axis.x(lasts if mark.cleared_at is None else mark.cleared_at)
    middle = top + ROW_HEIGHT / 2
    kind = "expected" if mark.expected else "other"
    yield (
        f'<line class="episode {kind}" x1="{begin:.1f}" x2="{max(end, begin + 2):.1f}" y1="{middle:.1f}" '
        f'y2="{middle:.1f}" stroke="{colour}"/>'
    )
    yield f'<circle cx="{begin:.1f}" cy="{middle:.1f}" r="3" fill="{colour}"/>'
    label = escape(f"{mark.rule_id} · {mark.about} · {tell_time(mark.raised_at)}")
    at, anchor = (begin - 6, "end") if begin > WIDTH / 2 else (begin + 6, "start")
    yield f'<text x="{at:.1f}" y="{middle - 1.5:.1f}" class="alert {kind}" text-anchor="{anchor}">{label}</text>'


def _draw_axis(lasts: float, axis: _Axis, height: float) -> Iterator[str]:
    y = height - AXIS_HEIGHT
    yield f'<line class="axis" x1="{LEFT:g}" x2="{WIDTH - RIGHT:g}" y1="{y:g}" y2="{y:g}"/>'
    for quarter in range(5):
        second = lasts * quarter / 4
        anchor = ("start", "middle", "middle", "middle", "end")[quarter]
        yield (
            f'<text x="{axis.x(second):.1f}" y="{y + 11:g}" class="tick" '
            f'style="text-anchor:{anchor}">{tell_time(second)}</text>'
        )
