"""Whole corpora of invented forms with the truth about each copy, and what measures kaona on them.

Noise is that of the facts: nothing here knows how kaona reads. Same seed and size, same bytes.
"""
