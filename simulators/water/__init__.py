"""Fire-fighting water: tanks, jockey pumps, risers, leaks and what gauges make of them."""
