"""The command line ``fengsui`` and the embedded stack: everything that composes the rooms on one machine."""
