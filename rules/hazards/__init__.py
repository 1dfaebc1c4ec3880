"""Which conditions are hidden dangers that somebody has to mend, beside being alerts."""
