"""Scenarios against a running service, in real time and from outside: its broker and its API."""
