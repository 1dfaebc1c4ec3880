"""How long a request may take to say what it wants, and in how many bytes: neither uvicorn nor its parser asks.

Without these bounds a connection that never sends costs a file for ever, and one whose header never ends all memory.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
# Apart from bodies: request lines, headers, what stands between and behind the pieces of a body.
MAX_HEAD_BYTES = 128 * 1024


class BoundedHeads(HttpToolsProtocol):
    """One connection; closed when the head of a request does not come in time or does not end.

    The same holds for what is left of a request that has been answered before all of it had come.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._head_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._have_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.transport.close()

    # Called by the parser, from within `data_received`.

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0
        self._await_head()

    def on_headers_complete(self) -> None:
        self._have_head()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._head_bytes -= len(body)
        super().on_body(body)

    # Called when an answer has been sent.

    def on_response_complete(self) -> None:
        is_whole = not self.cycle.more_body
        super().on_response_complete()
        if not is_whole:
            self._await_head()

    def _await_head(self) -> None:
        self._have_head()
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _have_head(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            # A request before this one is still being answered; it may be waiting for news.
            self._await_head()
        else:
            self.transport.close()
