"""`data/protocols.yaml`, our own table of what is expected on which service port, to nouns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from segcheck.loaders import tables
from segcheck.loaders.edges import service
from segcheck.model.protocol import Expectation, Expectations

_NAME = "protocols.yaml"


@cache
def load() -> Expectations:
    """Return the table.

    Raises:
        ValueError, KeyError: the table itself is damaged, which is a defect of the installation.
    """
    table: Any = tables.table(_NAME)
    return Expectations(
        known=tuple(table["known"]), entries=tuple(entry for one in table["expected"] for entry in _entries(one))
    )


def _entries(one: Mapping[str, Any]) -> Iterator[Expectation]:
    for text in one["services"]:
        found = service(text)
        if found.ports is None:
            raise ValueError(text)
        yield Expectation(
            proto=found.protocol, ports=found.ports, protocols=tuple(one["protocols"]), source=one["source"]
        )
