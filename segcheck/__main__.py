"""`python -m segcheck` is the command `segcheck`."""

from segcheck.cli.main import run

if __name__ == "__main__":
    run()
