"""A list of alerts as it goes on the wire: what is of the moment first, then what stays until something changes."""

from __future__ import annotations

from api.alert_lists import AlertPage
from api.change_wire import write_freshness
from api.cursors import encode_cursor
from api.freshness import Freshness


def write_head(freshness: Freshness) -> bytes:
    """The beginning of an `AlertList`: its freshness, and as of which change it is."""
    return b'%b,"change_id":%d' % (write_freshness(freshness)[:-1], freshness.change_id)


def write_rest(page: AlertPage, question: str) -> bytes:
    """What follows the head: the alerts. The same until one of them changes, comes or goes."""
    following = b"null"
    if page.last is not None:
        following = b'"%b"' % encode_cursor(page.last.model_copy(update={"question": question})).encode()
    total = b"null" if page.total is None else b"%d" % page.total
    return b',"alerts":[%b],"total":%b,"next":%b}' % (b",".join(page.alerts), total, following)
