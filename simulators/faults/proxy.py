"""A wire that can be cut: TCP from a port of ours to a server, until told to drop, refuse or fall silent."""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading

_CHUNK_BYTES = 65_536
_POLL_SECONDS = 0.05
_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards on a thread of its own.

    `freeze` makes every connection half-open: nothing is forwarded and nothing is closed, and those connections
    stay so for ever. `cut` resets them all.
    """

    def __init__(self, host: str, port: int) -> None:
        self._server_address = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._peers: dict[socket.socket, socket.socket] = {}
        self._frozen: list[socket.socket] = []
        self._freezing = threading.Event()
        self._refusing = threading.Event()
        self._cutting = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def freeze(self) -> None:
        """From now on every connection, present or new, is silent."""
        self._freezing.set()

    def thaw(self) -> None:
        """New connections are forwarded again; those of the silence stay silent."""
        self._freezing.clear()

    def cut(self, *, refuse: bool) -> None:
        """Reset every connection and, with `refuse`, every new one until `mend`."""
        if refuse:
            self._refusing.set()
        self._cutting.set()

    def mend(self) -> None:
        self._refusing.clear()

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()
        for end in (*self._peers, *self._frozen, self._listener):
            end.close()
        self._selector.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            for key, _ in self._selector.select(_POLL_SECONDS):
                self._obey()
                if key.fileobj is self._listener:
                    self._accept()
                elif isinstance(key.fileobj, socket.socket) and key.fileobj in self._peers:
                    self._forward(key.fileobj)
            self._obey()

    def _obey(self) -> None:
        if self._cutting.is_set():
            self._cutting.clear()
            for end in list(self._peers):
                self._drop(end)
        if self._freezing.is_set():
            for end in self._peers:
                self._selector.unregister(end)
            self._frozen += self._peers
            self._peers.clear()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        if self._freezing.is_set():
            self._frozen.append(client)
            return
        try:
            if self._refusing.is_set():
                raise OSError("the wire is cut")
            server = socket.create_connection(self._server_address, timeout=2)
        except OSError:
            _reset(client)
            return
        for end, other in ((client, server), (server, client)):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # A peer that does not read must not hold up the thread for ever.
            end.settimeout(5)
            self._peers[end] = other
            self._selector.register(end, selectors.EVENT_READ)

    def _forward(self, end: socket.socket) -> None:
        try:
            data = end.recv(_CHUNK_BYTES)
            if data:
                self._peers[end].sendall(data)
                return
        except OSError:
            pass
        self._drop(end)

    def _drop(self, end: socket.socket) -> None:
        other = self._peers.pop(end, None)
        if other is None:
            return
        self._peers.pop(other, None)
        for one in (end, other):
            self._selector.unregister(one)
            _reset(one)


def _reset(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    end.close()
