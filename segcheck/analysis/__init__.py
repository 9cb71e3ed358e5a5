"""Reasoning: pure functions from the model to answers.

compiling and tracing are two independent readings of the same rules: sets decide, one packet explains.
"""
