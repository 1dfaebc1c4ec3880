"""Changes as they go on the wire, put together out of parts that are written out once for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from api.freshness import Answer, Freshness
from api.recent_changes import WrittenChange


@lru_cache(maxsize=4)
def write_freshness(freshness: Freshness) -> bytes:
    """``{"as_of": …, "pipeline": …}``."""
    return Answer(as_of=freshness.as_of, pipeline=freshness.pipeline).model_dump_json().encode()


def write_page(freshness: Freshness, changes: Sequence[WrittenChange], following: int) -> bytes:
    """A `ChangeList` of these, and everything up to `following` given with them."""
    newest = max(freshness.change_id, following)
    return b'%b,"changes":[%b],"next":%d,"newest":%d}' % (
        write_freshness(freshness)[:-1],
        b",".join(change.json for change in changes),
        following,
        newest,
    )


def write_event(change: WrittenChange) -> bytes:
    """One server-sent event. JSON holds no line breaks of its own."""
    return b"id: %d\nevent: change\ndata: %b\n\n" % (change.change_id, change.json)


def write_position(position: int) -> bytes:
    """Tells a new listener where it begins, so that it resumes from there."""
    return b'id: %d\nevent: position\ndata: {"after":%d}\n\n' % (position, position)


def write_beat(freshness: Freshness | None) -> bytes:
    """A sign of life. Without an id, so that it moves nobody's position; a comment while nothing is known."""
    if freshness is None:
        return b": heartbeat; the database does not answer\n\n"
    return b": heartbeat\nevent: freshness\ndata: %b\n\n" % write_freshness(freshness)
