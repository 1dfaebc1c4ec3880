"""Sends changes to receivers, each at his own pace, for as long as it takes.

The cursor moves on only when the receiver has said 2xx, so nothing is lost whoever dies; what was on the way then comes
twice, under the same numbers. A receiver that is away for a week is sent everything, in order, when he is back.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time

import httpx
import psycopg

from api.alert_store import list_changes
from api.change_feed import ChangeFeed
from api.connections import Lender
from api.webhooks.destinations import DestinationError, Guardian
from api.webhooks.signing import DELIVERY, SIGNATURE, TIMESTAMP, sign
from api.webhooks.store import Due, note_delivered, note_failed, take_due
from api.written_alerts import NO_VERSION

log = logging.getLogger(__name__)

CHANGES_AT_ONCE = 100
LOOKED_AT_ONCE = 500
RECEIVERS_AT_ONCE = 16
ANSWER_SECONDS = 10.0
LEASE_SECONDS = 30.0
LOOK_SECONDS = 1.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 900.0


class RefusedError(Exception):
    """The receiver did not take it; the message says what he said instead."""


class Deliverer:
    """One for each API process; whoever takes a receiver's turn has it for a lease."""

    def __init__(
        self, connections: Lender, feed: ChangeFeed, guardian: Guardian, chance: random.Random
    ) -> None:
        self._connections = connections
        self._feed = feed
        self._guardian = guardian
        self._chance = chance
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled. A slow receiver holds up nobody: each has a task of his own.

        A process that may send nowhere takes nobody's turn: another one may.
        """
        if not self._guardian.hosts:
            return
        # No redirects and nothing of the environment: a message goes where the operator said, or nowhere.
        async with httpx.AsyncClient(
            timeout=ANSWER_SECONDS, trust_env=False, follow_redirects=False
        ) as client:
            try:
                while True:
                    seen = self._feed.recent.newest
                    await self._begin_due(client)
                    await self._feed.wait_beyond(seen, time.monotonic() + LOOK_SECONDS)
                    if self._feed.is_released:
                        await asyncio.sleep(LOOK_SECONDS)
            finally:
                for task in self._under_way:
                    task.cancel()
                await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _begin_due(self, client: httpx.AsyncClient) -> None:
        room = RECEIVERS_AT_ONCE - len(self._under_way)
        if room <= 0:
            return
        try:
            async with self._connections.borrow() as connection:
                found = await take_due(connection, LEASE_SECONDS, room)
        except (psycopg.Error, TimeoutError) as error:
            log.debug("webhooks are looked at later: %s", error)
            return
        for due in found:
            task = asyncio.create_task(self._serve(client, due))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _serve(self, client: httpx.AsyncClient, due: Due) -> None:
        """One message to one receiver, and what became of it."""
        try:
            try:
                after, posted = await self._send_next(client, due)
            except (DestinationError, RefusedError, httpx.HTTPError, httpx.InvalidURL) as error:
                await self._note_failed(due, error)
                return
            async with self._connections.borrow() as connection:
                await note_delivered(connection, due.webhook_id, after, posted=posted)
            # Whoever is far behind is sent the next ones at once.
            await self._begin_due(client)
        except (psycopg.Error, TimeoutError) as error:
            # His turn comes again when the lease is over.
            log.debug("webhook %d goes on later: %s", due.webhook_id, error)

    async def _send_next(self, client: httpx.AsyncClient, due: Due) -> tuple[int, bool]:
        """How far he has come now, and whether anything had to be sent."""
        async with self._connections.borrow() as connection:
            limit = LOOKED_AT_ONCE if due.classes else CHANGES_AT_ONCE
            changes = await list_changes(connection, due.after, limit, NO_VERSION)
        if not changes:
            return due.after, False
        wanted = [one for one in changes if not due.classes or one.signal_class in due.classes]
        if not wanted:
            return changes[-1].change_id, False
        sent = wanted[:CHANGES_AT_ONCE]
        after = sent[-1].change_id if len(sent) < len(wanted) else changes[-1].change_id
        body = b'{"webhook":%d,"next":%d,"changes":[%b]}' % (
            due.webhook_id,
            after,
            b",".join(change.json for change in sent),
        )
        await self._post(client, due, f"{due.webhook_id}.{sent[0].change_id}-{sent[-1].change_id}", body)
        return after, True

    async def _post(self, client: httpx.AsyncClient, due: Due, name: str, body: bytes) -> None:
        parts = self._guardian.check_url(due.url)
        address = await self._guardian.find_address(parts)
        now = int(time.time())
        headers = {
            "Host": parts.netloc,
            "Content-Type": "application/json",
            "User-Agent": "Fengsui",
            DELIVERY: name,
            TIMESTAMP: str(now),
            SIGNATURE: sign(due.secret, now, body),
        }
        # The certificate is asked for by the name, although the connection goes to the address that was checked.
        request = client.build_request(
            "POST",
            httpx.URL(due.url).copy_with(host=address),
            content=body,
            headers=headers,
            extensions={"sni_hostname": parts.hostname},
        )
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await client.send(request, stream=True)
                await answer.aclose()
        except TimeoutError as error:
            raise RefusedError(f"no answer within {ANSWER_SECONDS:g} s") from error
        if not answer.is_success:
            raise RefusedError(f"HTTP {answer.status_code}")

    async def _note_failed(self, due: Due, error: Exception) -> None:
        pause = choose_pause(due.failures, self._chance)
        said = str(error) or type(error).__name__
        log.warning("webhook %d: %s; again in %.0f s", due.webhook_id, said, pause)
        async with self._connections.borrow() as connection:
            await note_failed(connection, due.webhook_id, said, pause)


def choose_pause(failures: int, chance: random.Random) -> float:
    """Twice as long after each failure, and never when everybody else comes back: between half of it and all."""
    pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(failures, 20))
    return pause * chance.uniform(0.5, 1.0)
