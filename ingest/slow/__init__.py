"""Work on a schedule over the tables: hours and days of readings, slow rules, completeness, hazards, risk.

One process does it at a time, whoever holds the lease (`runner`). Every step is one transaction that also notes how
far it has come (`progress`), so that one that is cut off is done again from where it began, with the same result.
"""
