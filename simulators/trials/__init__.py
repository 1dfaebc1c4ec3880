"""Trials of the rules: streams whose truth is known, and how often and how early the rules were right."""
