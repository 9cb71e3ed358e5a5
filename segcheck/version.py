"""The version of segcheck, and nothing else: every floor may ask for it."""

__version__ = "0.1.0.dev0"
