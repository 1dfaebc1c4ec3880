"""Which channels of a device declare the same thing: it is over when none of them does any more."""

from __future__ import annotations

from collections.abc import Mapping

from rules.conditions import Key

Channel = int | None
"""Slot of a sensor; None when the device speaks as a whole."""


class Voices:
    """For each condition, the channels that declare it and when each did so last."""

    def __init__(self) -> None:
        self._of: dict[Key, dict[Channel, int]] = {}

    def restore(self, key: Key, spoke_at: Mapping[Channel, int]) -> None:
        """Take over what is known, in place of what was."""
        self._of[key] = dict(spoke_at)

    def forget(self, key: Key) -> None:
        """Nobody declares it."""
        self._of.pop(key, None)

    def speak(self, key: Key, channel: Channel, at: int) -> None:
        """A channel declares it."""
        voices = self._of.setdefault(key, {})
        voices[channel] = max(at, voices.get(channel, at))

    def fall_silent(self, key: Key, channel: Channel, at: int) -> bool:
        """A channel says that it is over; True when that leaves nobody who declares it.

        The device as a whole speaks for all its channels. A channel that never declared it speaks for the device: some
        say "fire" without a channel and "over" with one. What was declared later than `at` stays.
        """
        voices = self._of.get(key, {})
        over = list(voices) if channel is None else [channel if channel in voices else None]
        over = [one for one in over if one in voices and at > voices[one]]
        for one in over:
            del voices[one]
        return bool(over) and not voices
