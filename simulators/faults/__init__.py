"""Faults on purpose: break one thing under load, then compare row by row what was sent with what is stored."""
