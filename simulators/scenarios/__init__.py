"""Scenarios as data: buildings, incidents on a timeline, and what the rules must and must not say."""
