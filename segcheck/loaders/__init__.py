"""Edges: our own files to the model, with file:line:column and "did you mean"."""
