"""Requests that are sent again because their answer was lost: with the same key they act once."""

from __future__ import annotations

from api.act import Act
from api.connections import Connection, fetch_one
from api.problems import ProblemError

# Whoever brings the same key at the same time waits here for the first one's end.
INSERT_KEY = """
INSERT INTO act_keys (act_key, act_sha256) VALUES (%(key)s, %(digest)s) ON CONFLICT DO NOTHING
RETURNING act_key"""
SELECT_KEY = "SELECT act_sha256 FROM act_keys WHERE act_key = %(key)s"
DELETE_OLD = "DELETE FROM act_keys WHERE acted_at < clock_timestamp() - INTERVAL '1 day'"


async def is_done(connection: Connection, act: Act) -> bool:
    """Whether the act was done before under its key; if not, the key is its own from now on.

    Raises
    ------
    ProblemError
        The key belongs to another act (422).
    """
    if act.key is None:
        return False
    params = {"key": act.key, "digest": act.digest}
    if await fetch_one(connection, INSERT_KEY, params, lambda act_key: str(act_key)):
        return False
    digest = await fetch_one(connection, SELECT_KEY, params, lambda act_sha256: bytes(act_sha256))
    if digest != act.digest:
        raise ProblemError(422, "key-reused", "this Idempotency-Key was sent with another act")
    return True
