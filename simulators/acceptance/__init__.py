"""The acceptance of the service: scenarios and ordinary life played, judged, and set down in a report."""
