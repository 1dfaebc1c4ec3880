"""Rules that look at hours, days and weeks of readings, on a schedule, over the tables' time buckets."""
