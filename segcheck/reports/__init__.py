"""Telling: one file per format."""
