"""Accounts: roles, and how passwords and keys are kept: nothing that is kept can be turned back into one."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

# A fiftieth of a second and 16 MB for each guess; OWASP's least. From the standard library, because a better one
# (Argon2id) would be a compiled package more for a few dozen accounts whose guesses are throttled besides.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**14, 8, 5
_SALT_BYTES, _HASH_BYTES = 16, 32
_MOST_MEMORY = 64 * 2**20
_TOKEN_BYTES = 32

Random = Callable[[int], bytes]


class Role(StrEnum):
    """What somebody may do: look; work on alerts; that for the city; and administer."""

    VIEWER = "viewer"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    @property
    def may_act(self) -> bool:
        return self is not Role.VIEWER


@dataclass(frozen=True)
class Token:
    """A key or session: `text` is told once, `sha256` is kept."""

    text: str
    sha256: bytes


def make_token(draw: Random = secrets.token_bytes) -> Token:
    text = "fs_" + draw(_TOKEN_BYTES).hex()
    return Token(text, digest_token(text))


def digest_token(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def hash_password(password: str, draw: Random = secrets.token_bytes) -> str:
    """``scrypt$n$r$p$salt$hash``, so that the cost can be raised without locking anybody out."""
    salt = draw(_SALT_BYTES)
    derived = _derive(password, salt, SCRYPT_N, SCRYPT_R, SCRYPT_P)
    return f"scrypt${SCRYPT_N}${SCRYPT_R}${SCRYPT_P}${salt.hex()}${derived.hex()}"


def is_password(password: str, hashed: str) -> bool:
    """Whether it is the one that was hashed; takes as long either way."""
    _, n, r, p, salt, kept = hashed.split("$")
    derived = _derive(password, bytes.fromhex(salt), int(n), int(r), int(p))
    return hmac.compare_digest(derived, bytes.fromhex(kept))


def _derive(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    given = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(given, salt=salt, n=n, r=r, p=p, maxmem=_MOST_MEMORY, dklen=_HASH_BYTES)
