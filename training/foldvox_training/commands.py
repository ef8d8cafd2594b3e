"""The vocabulary of the `commands` models."""

WORDS = tuple("zero one two three four five six seven eight nine yes no up down left right on off stop go".split())
SCARCE = frozenset({"yes", "no", "on", "off", "stop"})
BLANK = 0
