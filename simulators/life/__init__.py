"""Ordinary life as smoke, heat and CO detectors see it: people cook, wash, smoke and mend; sensors age."""
