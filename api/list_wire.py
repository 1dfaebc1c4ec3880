"""A list of alerts as it goes on the wire: what is of the moment first, then what stays until something changes."""

from __future__ import annotations

from api.alert_lists import AlertPage
from api.change_wire import write_freshness
from api.cursors import encode_cursor
from api.freshness import Freshness


def write_lasting(change_id: int, page: AlertPage, question: str) -> bytes:
    """All of an `AlertList` but its freshness; the same until there is another change."""
    following = b"null"
    if page.last is not None:
        following = b'"%b"' % encode_cursor(page.last.model_copy(update={"question": question})).encode()
    total = b"null" if page.total is None else b"%d" % page.total
    return b',"change_id":%d,"alerts":[%b],"total":%b,"next":%b}' % (
        change_id,
        b",".join(page.alerts),
        total,
        following,
    )


def write_list(freshness: Freshness, lasting: bytes) -> bytes:
    """The whole `AlertList`."""
    return write_freshness(freshness)[:-1] + lasting
