"""Work that is done once for all who want the same at the same time.

A piece of work serves those who asked before it began, never later ones: what it gives is as fresh as if each had
done it himself. So at most two of the same are under way: one that runs, one that waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class SharedWork(Generic[Result]):
    def __init__(self) -> None:
        self._waiting: dict[Hashable, asyncio.Task[Result]] = {}
        self._running: dict[Hashable, asyncio.Task[Result]] = {}

    async def share(self, key: Hashable, work: Callable[[], Awaitable[Result]]) -> Result:
        """What `work` gives; its errors reach all who share it. The same `key` promises the same work."""
        task = self._waiting.get(key)
        if task is None:
            task = asyncio.create_task(self._run_in_turn(key, work))
            # Whoever asked may have gone meanwhile; then nobody takes the error.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._waiting[key] = task
        # One who goes away does not take the work from the others.
        return await asyncio.shield(task)

    async def _run_in_turn(self, key: Hashable, work: Callable[[], Awaitable[Result]]) -> Result:
        before = self._running.get(key)
        if before is not None:
            await asyncio.wait([before])
        task = self._waiting.pop(key)
        self._running[key] = task
        try:
            return await work()
        finally:
            if self._running.get(key) is task:
                del self._running[key]
