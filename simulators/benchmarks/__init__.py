"""What this service does in a second on this machine, beside what the bare database and a bare client do."""
