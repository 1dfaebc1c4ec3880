"""Columns in, alert changes out: windows, the catalogue of rules, episodes. No I/O, no clock."""
