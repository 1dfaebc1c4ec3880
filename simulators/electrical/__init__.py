"""Circuits of buildings: what they carry, how warm they grow, what leaks from them, and how they fail."""
