"""Fires of known course in the buildings of a city, as columns: what is in the air at each detector they reach."""
