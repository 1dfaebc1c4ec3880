"""Where messages may be sent: to hosts that the operator has named, and never by their names' leave to this machine.

Whoever could make the service post to any address could reach what only the service can (server-side request forgery).
A name is looked up once, what it stands for is checked, and the connection goes to that address: a name that means
something else a moment later changes nothing.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit


class DestinationError(Exception):
    """Nothing is sent there; the message says why."""


@dataclass(frozen=True)
class Guardian:
    """What the operator allows: hosts by name or address, and whether they may be this machine."""

    hosts: frozenset[str]
    loopback: bool

    @classmethod
    def of(cls, hosts: str, *, loopback: bool) -> Guardian:
        """From a setting: names with commas between them."""
        return cls(frozenset(host.strip().lower() for host in hosts.split(",") if host.strip()), loopback)

    def check_url(self, url: str) -> SplitResult:
        """The parts of an address that may be sent to.

        Raises
        ------
        DestinationError
            It is no address of HTTP, holds a name and password, or its host is not among those allowed.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise DestinationError(f"{url!r} is no address: {error}") from error
        if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
            raise DestinationError("an address begins with https:// (or http://) and names a host")
        if parts.username is not None or parts.password is not None:
            raise DestinationError("the address holds a name or a password; messages are signed instead")
        if parts.hostname not in self.hosts:
            raise DestinationError(f"{parts.hostname} is not among the hosts of FENGSUI_WEBHOOK_HOSTS")
        return parts

    async def find_address(self, parts: SplitResult) -> str:
        """The address to connect to, out of those that the host's name stands for.

        Raises
        ------
        DestinationError
            It stands for nothing, or for something that is never sent to.
        """
        assert parts.hostname
        port = parts.port or (443 if parts.scheme == "https" else 80)
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise DestinationError(f"{parts.hostname} is not known: {error}") from error
        addresses = [str(sockaddr[0]) for *_, sockaddr in found]
        for address in addresses:
            self._check_address(ip_address(address.partition("%")[0]))
        return addresses[0]

    def _check_address(self, address: IPv4Address | IPv6Address) -> None:
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if address.is_loopback:
            if not self.loopback:
                raise DestinationError(f"{address} is this machine; FENGSUI_WEBHOOK_LOOPBACK allows it")
            return
        # Private networks are where a command centre stands; 169.254 is where clouds keep their keys.
        if address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved:
            raise DestinationError(f"{address} is no host's own address")
