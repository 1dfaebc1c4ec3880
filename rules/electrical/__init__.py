"""Rules over the sensors of one circuit, judged at every tick for all circuits at once."""
