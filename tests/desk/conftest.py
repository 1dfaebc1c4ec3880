"""The page over the real server, as the tests of the API have it."""

from __future__ import annotations

from tests.api.conftest import api_url, client, hand

__all__ = ["api_url", "client", "hand"]
