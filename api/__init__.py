"""The HTTP face of Fengsui: alerts, history, coverage, freshness, and the duty desk's page."""
