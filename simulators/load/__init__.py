"""A stated number of devices on a stated number of connections, publishing at a stated rate."""
