"""`python -m segcheck` is the command `segcheck`."""

import sys

from segcheck.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
