"""How likely a building is to burn, and how badly, as a number that says what it is made of. Pure functions."""
