"""How a receiver knows that a message is ours, and that it is not an old one sent again."""

from __future__ import annotations

import hashlib
import hmac

SIGNATURE, TIMESTAMP, DELIVERY = "Fengsui-Signature", "Fengsui-Timestamp", "Fengsui-Delivery"
LONGEST_SECONDS = 300
"""How old a message may be before a receiver should refuse it."""


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """``v1=`` and the HMAC-SHA256, in hexadecimal digits, of the timestamp (seconds), a full stop and the body."""
    digest = hmac.new(secret.encode(), b"%d.%b" % (timestamp, body), hashlib.sha256)
    return f"v1={digest.hexdigest()}"


def is_signed(secret: str, headers: dict[str, str], body: bytes, now: float) -> bool:
    """For receivers written in Python; `headers` are those of the request with names in lower case."""
    given = headers.get(TIMESTAMP.lower(), "")
    if not (given.isascii() and given.isdigit()) or abs(now - int(given)) > LONGEST_SECONDS:
        return False
    return hmac.compare_digest(sign(secret, int(given), body), headers.get(SIGNATURE.lower(), ""))
