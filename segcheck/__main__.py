"""`python -m segcheck` is the command `segcheck`."""

import sys

from segcheck.cli.main import run

if __name__ == "__main__":
    sys.exit(run())
