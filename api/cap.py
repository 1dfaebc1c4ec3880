"""An alert as a message of the Common Alerting Protocol, for a city's or a province's command centre.

Each change of an alert is a message of its own: the first an Alert, later ones Updates that name those before, the
closing a Cancel. Texts are in Chinese and in English, one ``info`` each.

References
----------
OASIS, Common Alerting Protocol Version 1.2, 1 July 2010.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from api.alert_models import Alert, Colour, HistoryEntry, Words
from api.moments import CHINA
from schemas.domain import Condition, Quantity, ScopeKind, SignalClass, Verdict

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE = "application/cap+xml"
# The form that CAP prescribes has an offset in numbers and no fractions.
_INADMISSIBLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MOST_REFERENCES = 50
RESTRICTION = "消防救援机构和主管部门 fire and rescue services and authorities"

SEVERITIES = {
    Colour.RED: "Extreme",
    Colour.ORANGE: "Severe",
    Colour.YELLOW: "Moderate",
    Colour.BLUE: "Minor",
}
URGENCIES = {
    SignalClass.FIRE: "Immediate",
    SignalClass.WARNING: "Expected",
    SignalClass.ACTUATION: "Immediate",
}
CERTAINTIES = {
    Verdict.REAL_FIRE: "Observed",
    Verdict.FALSE_ALARM: "Unlikely",
    Verdict.TEST: "Unlikely",
    Verdict.DRILL: "Unlikely",
    Verdict.FAULT: "Observed",
}
INFRASTRUCTURE = frozenset(Quantity) - {Quantity.SMOKE, Quantity.TEMPERATURE, Quantity.CO, Quantity.GAS}


@dataclass(frozen=True)
class CapMessage:
    """What a message is made of; `history` is the alert's, up to its newest change."""

    alert: Alert
    why: Words
    history: Sequence[HistoryEntry]
    sender: str
    web: str


def write_cap(message: CapMessage) -> bytes:
    """The message as XML."""
    alert = message.alert
    root = Element("alert", xmlns=NAMESPACE)
    newest = message.history[-1]
    _add(root, "identifier", name_message(alert.id, newest.change_id))
    _add(root, "sender", message.sender)
    _add(root, "sent", format_cap_time(newest.recorded_at))
    _add(root, "status", _judge_status(alert))
    _add(root, "msgType", _judge_kind(alert, message.history))
    _add(root, "scope", "Restricted")
    _add(root, "restriction", RESTRICTION)
    references = " ".join(_list_references(message))
    if references:
        _add(root, "references", references)
    for language, is_chinese in (("zh-CN", True), ("en-US", False)):
        _add_info(root, message, language, is_chinese)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode").encode()


def name_message(alert_id: int, change_id: int) -> str:
    return f"fengsui.{alert_id}.{change_id}"


def format_cap_time(moment: datetime) -> str:
    return moment.astimezone(CHINA).isoformat(timespec="seconds")


def clean_text(text: str) -> str:
    """Without what XML 1.0 does not admit even escaped."""
    return _INADMISSIBLE.sub("", text)


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = clean_text(text)


def _add_pair(parent: Element, name: str, key: str, value: str) -> None:
    pair = SubElement(parent, name)
    _add(pair, "valueName", key)
    _add(pair, "value", value)


def _add_info(root: Element, message: CapMessage, language: str, is_chinese: bool) -> None:
    alert = message.alert
    info = SubElement(root, "info")

    def choose(words: Words) -> str:
        return words.zh if is_chinese else words.en

    _add(info, "language", language)
    for category in _list_categories(alert):
        _add(info, "category", category)
    _add(info, "event", choose(alert.title))
    _add(info, "responseType", _judge_response(alert))
    _add(info, "urgency", "Past" if _is_over(alert) else URGENCIES.get(alert.signal_class, "Future"))
    _add(info, "severity", SEVERITIES[alert.severity])
    _add(info, "certainty", _judge_certainty(alert))
    _add_pair(info, "eventCode", "fengsui:rule", alert.rule)
    _add(info, "effective", format_cap_time(alert.recorded_at))
    _add(info, "onset", format_cap_time(alert.raised_at))
    _add(info, "senderName", "烽燧" if is_chinese else "Fengsui")
    _add(info, "headline", f"{choose(alert.title)}: {describe_place(alert)}"[:160])
    _add(info, "description", choose(message.why))
    _add(info, "instruction", choose(alert.advice))
    _add(info, "web", message.web)
    for name, value in _list_parameters(alert):
        _add_pair(info, "parameter", f"fengsui:{name}", value)
    _add_area(info, alert)


def _add_area(info: Element, alert: Alert) -> None:
    area = SubElement(info, "area")
    _add(area, "areaDesc", describe_place(alert))
    _add_pair(area, "geocode", "fengsui:area", alert.where.area.code)
    _add_pair(area, "geocode", "fengsui:building", alert.where.building.code)


def describe_place(alert: Alert) -> str:
    """From the area down to the device, by their names."""
    where = alert.where
    floor = f"{where.floor}F" if where.floor is not None else None
    names = (where.area.name, where.building.name, floor, where.zone and where.zone.name)
    return " ".join(name for name in (*names, where.device and where.device.name) if name)


def _is_over(alert: Alert) -> bool:
    return alert.closed_at is not None or alert.condition is Condition.CLEARED


def _judge_status(alert: Alert) -> str:
    """Declared drills are exercises; other declared windows, and what turned out to be a test, are tests."""
    if alert.scope is not None:
        return "Exercise" if alert.scope.kind is ScopeKind.DRILL else "Test"
    verdict = alert.verdict.verdict if alert.verdict else None
    if verdict is Verdict.DRILL:
        return "Exercise"
    is_test = verdict is Verdict.TEST or alert.signal_class is SignalClass.TEST
    return "Test" if is_test else "Actual"


def _judge_kind(alert: Alert, history: Sequence[HistoryEntry]) -> str:
    if alert.closed_at is not None:
        return "Cancel"
    return "Update" if len(history) > 1 else "Alert"


def _list_references(message: CapMessage) -> Iterator[str]:
    """Earlier messages of the same alert: sender, identifier and time of each."""
    for entry in message.history[:-1][-MOST_REFERENCES:]:
        name = name_message(message.alert.id, entry.change_id)
        yield f"{message.sender},{name},{format_cap_time(entry.recorded_at)}"


def _list_categories(alert: Alert) -> Iterable[str]:
    if alert.signal_class in (SignalClass.FIRE, SignalClass.WARNING):
        yield "Fire"
    channel = alert.where.channel
    if channel is not None and channel.quantity in INFRASTRUCTURE:
        yield "Infra"
    elif alert.signal_class not in (SignalClass.FIRE, SignalClass.WARNING):
        yield "Safety"


def _judge_response(alert: Alert) -> str:
    if _is_over(alert):
        return "AllClear" if alert.closed_at is not None else "Monitor"
    return "Execute" if alert.signal_class is SignalClass.FIRE else "Assess"


def _judge_certainty(alert: Alert) -> str:
    if alert.verdict is not None:
        return CERTAINTIES[alert.verdict.verdict]
    return "Likely" if alert.signal_class is SignalClass.FIRE else "Possible"


def _list_parameters(alert: Alert) -> Iterator[tuple[str, str]]:
    yield "class", alert.signal_class
    yield "colour", alert.severity
    yield "condition", alert.condition
    if alert.value is not None:
        yield "value", f"{alert.value:.6g} {alert.unit or ''}".strip()
    if alert.limit is not None:
        yield "limit", f"{alert.limit:.6g} {alert.unit or ''}".strip()
    if alert.where.device is not None:
        yield "device", alert.where.device.code
    if alert.verdict is not None:
        yield "verdict", alert.verdict.verdict
