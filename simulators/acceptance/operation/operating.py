"""Which part is played how."""

from __future__ import annotations

from collections.abc import Callable

from simulators.acceptance.operation.calls import Calls, Operation, Part
from simulators.acceptance.operation.electrical import operate_wiring
from simulators.acceptance.operation.water import operate_water


def plan_operation(buildings: int, days: int, seed: int) -> list[Operation]:
    """Both parts, one for each process that is free."""
    return [Operation(part, buildings, days, seed) for part in Part]


def operate(operation: Operation, tell: Callable[[float], None] = lambda _: None) -> Calls:
    """Let a part's month go by; `tell` hears which share of it is over."""
    match operation.part:
        case Part.WATER:
            return operate_water(operation, tell)
        case Part.ELECTRICAL:
            return operate_wiring(operation, tell)
