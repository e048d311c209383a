"""Invents progress forms: facts first, then the dumps and PDFs that print them.

An independent witness of the reader: it shares no code with the rooms it tests, so a mistake made there
is not made here a second time. Same seed, same bytes.
"""
