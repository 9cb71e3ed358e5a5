"""segcheck: proves or refutes that only permitted, sanitised paths cross zones."""

__version__ = "0.1.0.dev0"
