"""A feed (RFC 4287) of alerts as messages of the Common Alerting Protocol, those changed last first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from api.alert_models import Change
from api.cap import MEDIA_TYPE as CAP_MEDIA_TYPE
from api.cap import clean_text, describe_place, name_message
from api.moments import format_moment

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"


@dataclass(frozen=True)
class FeedPage:
    """Alerts with their newest change each; `base` is the address of the service, with a slash at its end."""

    changes: Sequence[Change]
    as_of: datetime
    base: str
    address: str
    next_address: str | None


def write_feed(page: FeedPage) -> bytes:
    root = Element("feed", xmlns=NAMESPACE)
    _add(root, "id", "urn:fengsui:alerts")
    _add(root, "title", "烽燧 Fengsui")
    newest = page.changes[0].recorded_at if page.changes else page.as_of
    _add(root, "updated", format_moment(newest))
    _add(SubElement(root, "author"), "name", "烽燧 Fengsui")
    SubElement(root, "link", rel="self", href=page.address, type=MEDIA_TYPE)
    if page.next_address is not None:
        SubElement(root, "link", rel="next", href=page.next_address, type=MEDIA_TYPE)
    for change in page.changes:
        _add_entry(root, change, page.base)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode").encode()


def _add_entry(root: Element, change: Change, base: str) -> None:
    alert = change.alert
    entry = SubElement(root, "entry")
    _add(entry, "id", f"urn:fengsui:{name_message(alert.id, change.change_id)}")
    _add(entry, "title", f"{alert.title.zh} {describe_place(alert)}")
    _add(entry, "updated", format_moment(change.recorded_at))
    _add(entry, "published", format_moment(alert.recorded_at))
    _add(entry, "summary", f"{alert.title.en}: {alert.severity}, {alert.condition}, {change.action}")
    SubElement(entry, "category", term=alert.signal_class)
    SubElement(entry, "link", rel="alternate", href=f"{base}v1/alerts/{alert.id}/cap", type=CAP_MEDIA_TYPE)


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = clean_text(text)
