"""Telling: one file per format, named `as_<format>.py`; what they share begins with an underscore.

as_json   complete, versioned, ASCII (any code page carries it), the same bytes for the same result but for `run`
as_tsv    answers about packets as the rows that were asked, with further columns
as_text   for people; the only one that knows rich

`renderings/` holds the formats that are made of a result and nothing else, so that a stored one can be told again.
"""
