"""What a running service must refuse."""

from __future__ import annotations

import time

from simulators.acceptance.live.scores import Door
from simulators.acceptance.live.sending import Sender
from simulators.acceptance.live.service import Service, ServiceError

_STRAY_BUILDING, _STRAY_DEVICE = "ACCEPT-NOWHERE", "NOBODY"
_UNREGISTERED = ("未注册设备的报文被隔离", "messages of unregistered devices are refused")
_WITHOUT_KEY = ("无密钥的请求被拒绝", "requests without a key are refused")


def try_doors(sender: Sender, service: Service, patience_seconds: float) -> list[Door]:
    """What is not registered must end in quarantine, and without a key nobody may ask where one is needed."""
    sender.send_astray(_STRAY_BUILDING, _STRAY_DEVICE)
    doors = [_look_for_refusal(service, patience_seconds)]
    if service.key:
        doors.append(_ask_without_key(service))
    return doors


def _look_for_refusal(service: Service, patience_seconds: float) -> Door:
    give_up_at = time.monotonic() + patience_seconds
    place = f"{_STRAY_BUILDING}/{_STRAY_DEVICE}"
    while time.monotonic() < give_up_at:
        found = next((one for one in service.refusals() if place in one.topic), None)
        if found is not None:
            return Door(*_UNREGISTERED, True, found.reason)
        time.sleep(0.5)
    return Door(*_UNREGISTERED, False, "nothing in quarantine")


def _ask_without_key(service: Service) -> Door:
    try:
        Service(service.url).ask("GET", "/v1/alerts?limit=1")
    except ServiceError as error:
        return Door(*_WITHOUT_KEY, True, str(error))
    return Door(*_WITHOUT_KEY, False, "answered")
