"""The rules judged reading by reading, as one would write them first: yardstick of the benchmark, oracle of the tests.

Scalars, deques and dictionaries, nothing over columns; written from the words and the numbers of the rules alone.
"""
