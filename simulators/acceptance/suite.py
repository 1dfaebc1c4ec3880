"""All scenarios and the month of ordinary life, played by several processes at once."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.queues import SimpleQueue

from simulators.acceptance.month import Cries, Stretches, live
from simulators.acceptance.operation.calls import Calls, Operation
from simulators.acceptance.operation.operating import operate
from simulators.acceptance.results import Result, sum_up
from simulators.scenarios.mutations import Mutant, Outcome, try_mutant
from simulators.scenarios.playing import play
from simulators.scenarios.scenario import Scenario
from simulators.scenarios.verdict import judge

_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Step:
    """How far the suite is: what was done last, and how much of all work (0 to 1)."""

    said: str
    share: float


@dataclass
class Outcomes:
    """What the suite came to."""

    results: list[Result] = field(default_factory=list)
    cries: Cries | None = None
    operation: list[Calls] = field(default_factory=list)
    mutations: list[Outcome] = field(default_factory=list)
    life_seconds: float = 0.0
    """Of computing, all processes together."""


@dataclass(frozen=True)
class _Job:
    """One piece of work: a scenario, a part of the month, or a mutant with the scenarios that it is tried on."""

    work: Scenario | Stretches | Operation | Mutant
    weight: float
    against: tuple[Scenario, ...] = ()


_Found = Result | Cries | Calls | Outcome

_shares: SimpleQueue[tuple[int, float]] | None = None


def _begin_process(shares: SimpleQueue[tuple[int, float]]) -> None:
    global _shares
    _shares = shares


def run_suite(
    scenarios: Sequence[Scenario],
    life: Sequence[Stretches | Operation],
    mutants: Sequence[Mutant],
    processes: int,
    tell: Callable[[Step], None],
) -> Outcomes:
    """Play everything; `tell` hears of each step."""
    jobs = [_Job(one, _weigh_life(one)) for one in life]
    jobs += [_Job(one, _weigh(one)) for one in sorted(scenarios, key=_weigh, reverse=True)]
    jobs += [_Job(one, 1.0, _concerning(one, scenarios)) for one in mutants]
    outcomes = Outcomes()
    context = multiprocessing.get_context("spawn")
    shares: SimpleQueue[tuple[int, float]] = context.SimpleQueue()
    with context.Pool(processes, _begin_process, (shares,)) as pool:
        waiting = {number: pool.apply_async(_do, (number, job)) for number, job in enumerate(jobs)}
        done = dict.fromkeys(waiting, 0.0)
        total = sum(job.weight for job in jobs)
        while waiting:
            time.sleep(_LOOK_SECONDS)
            while not shares.empty():
                number, share = shares.get()
                done[number] = share
            said = ""
            for number in [number for number, one in waiting.items() if one.ready()]:
                said = _take(outcomes, jobs[number], waiting.pop(number).get())
                done[number] = 1.0
            tell(Step(said, sum(jobs[number].weight * share for number, share in done.items()) / total))
    outcomes.results.sort(key=lambda one: one.name)
    outcomes.operation.sort(key=lambda one: one.part)
    return outcomes


def play_one(scenario: Scenario) -> Result:
    """Play, judge and sum up."""
    begins = time.process_time()
    played = play(scenario)
    return sum_up(played, judge(scenario, played.told), time.process_time() - begins)


def _do(number: int, job: _Job) -> tuple[_Found, float]:
    begins = time.process_time()
    match job.work:
        case Scenario():
            return play_one(job.work), time.process_time() - begins
        case Mutant():
            return try_mutant(job.work, job.against), time.process_time() - begins
        case Stretches():
            return live(job.work, lambda share: _report(number, share)), time.process_time() - begins
        case Operation():
            return operate(job.work, lambda share: _report(number, share)), time.process_time() - begins


def _report(number: int, share: float) -> None:
    if _shares is not None:
        _shares.put((number, share))


def _take(outcomes: Outcomes, job: _Job, came: tuple[_Found, float]) -> str:
    found, seconds = came
    match found:
        case Result():
            outcomes.results.append(found)
            return f"{found.name}: {'passed' if found.passed else 'FAILED'}"
        case Outcome():
            outcomes.mutations.append(found)
            return f"{found.mutant.name}: {found.killed_by or 'nothing failed'}"
        case Cries():
            outcomes.life_seconds += seconds
            if outcomes.cries is None:
                outcomes.cries = found
            else:
                outcomes.cries.join(found)
            return "ordinary life: a part is over"
        case Calls():
            outcomes.life_seconds += seconds
            outcomes.operation.append(found)
            return f"ordinary operation: {found.part} is over"


def _concerning(mutant: Mutant, scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
    return tuple(one for one in scenarios if mutant.rule_id in one.rules)


def _weigh_life(life: Stretches | Operation) -> float:
    """About how long it takes to live, in seconds."""
    match life:
        case Stretches():
            return 0.35 * life.days * life.buildings * len(life.first_days)
        case Operation():
            return 0.06 * life.days * life.buildings


def _weigh(scenario: Scenario) -> float:
    """About how long it takes to play, in seconds."""
    if scenario.past is not None:
        return 2.0
    return 0.001 * scenario.lasts / max(scenario.step, scenario.interval or 0.0) + 0.1
