"""Ordinary operation of fire-fighting water and of wiring: what the rules raise though nothing fails."""
