"""The checks that are asked of captures (`replay`), one file each, found by its presence; see `segcheck.checks`.

They have a folder of their own so that reading captures does not start with loading all that judges rules.
"""
