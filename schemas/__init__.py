"""The contract: wire messages, units, domain enums, settings, SQL migrations and database access."""
