"""Work in a process of its own, so that what is measured shares no interpreter with what measures."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class BenchmarkError(Exception):
    """What was measured did not do its work, so its speed says nothing."""


def run_apart(
    function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Result:
    """Call `function` in a new process and wait for what it returns."""
    with running_apart(function, *args, **kwargs) as future:
        return future.result()


@contextmanager
def running_apart(
    function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Iterator[Future[Result]]:
    """Call `function` in a new process for the length of a block, which ends when it has returned."""
    # Spawned, not forked: a forked child would inherit the threads' locks and the connections of its parent.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield pool.submit(function, *args, **kwargs)
