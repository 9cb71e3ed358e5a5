"""What `tools/make_bundle.py` is made of: offline bundles for networks that no package index can be reached from.

`wheels` reads, fetches and completes the set; `licences` refuses what may not be passed on together; `sbom` and `documents`
tell what is inside, from the wheels themselves; `linux` and `windows` lay it out; `packing` makes the same bytes of the
same inputs.
"""


class Refused(Exception):
    """A bundle cannot be made of this; the text says why and what to do."""
