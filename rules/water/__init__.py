"""Rules over whole water systems: gauges of a riser beside each other, pumps, tanks and flow, at every tick."""
