"""Tables to take away: written while they are read, so that the longest needs no more memory than the shortest."""
