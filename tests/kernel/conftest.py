"""What the kernel tests need: root, namespaces, the tools; and the routers they share."""

from __future__ import annotations

import os
import shutil
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .namespaces import ToolFailed, missing_prerequisites
from .oracle import Router, Rules

BACKENDS = ("nft", "legacy")
KEPT_ROUTERS = 16


def _required() -> bool:
    return os.environ.get("CI", "").lower() == "true" or os.environ.get("SEGCHECK_REQUIRE_KERNEL") == "1"


@pytest.fixture(scope="session")
def kernel() -> None:
    """The kernel can be asked: else the test is skipped, or fails where it must not be skipped (CI)."""
    lacks = missing_prerequisites()
    if lacks and _required():
        pytest.fail("the kernel cannot be asked: " + "; ".join(lacks))
    if lacks:
        pytest.skip("the kernel cannot be asked: " + "; ".join(lacks))


@pytest.fixture(autouse=True)
def _kernel_where_marked(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("kernel"):
        request.getfixturevalue("kernel")


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Each flavour of iptables; one that is not installed is skipped, or fails in CI."""
    if shutil.which(f"iptables-{request.param}-restore") is None:
        (pytest.fail if _required() else pytest.skip)(f"iptables-{request.param}-restore is not installed")
    return str(request.param)


LAB: dict[str, Any] = {
    "id": "fw1",
    "kind": "firewall",
    "interfaces": {
        "lan": {"addresses": ["192.168.10.1/24", "2001:db8:10::1/64"]},
        "dmz": {"addresses": ["192.168.20.1/24", "2001:db8:20::1/64"]},
        "wan": {"addresses": ["203.0.113.1/24", "2001:db8:ff::1/64"]},
    },
    "routes": [
        {"to": "0.0.0.0/0", "via": "203.0.113.254"},
        {"to": "::/0", "via": "2001:db8:ff::fe", "interface": "wan"},
    ],
}


@pytest.fixture(scope="session")
def _open_routers() -> Iterator[OrderedDict[tuple[object, ...], Router]]:
    routers: OrderedDict[tuple[object, ...], Router] = OrderedDict()
    yield routers
    for made in routers.values():
        made.close()


@pytest.fixture
def router(backend: str, _open_routers: OrderedDict[tuple[object, ...], Router]) -> Callable[..., Router]:
    """Return a function that gives the lab router with rules: router(v4_text, v6_text, ipset=..., tcp_loose=...).

    Routers are kept for the next test with the same rules: setting one up costs more than a hundred probes, and
    `sessions` leaves no connection behind.
    """

    def make(v4: str = "", v6: str = "", *, ipset: str = "", nft: str = "", tcp_loose: bool = True) -> Router:
        key = (backend, v4, v6, ipset, nft, tcp_loose)
        if key in _open_routers:
            return _open_routers[key]
        made = Router(LAB, backend=backend, tcp_loose=tcp_loose)
        try:
            made.load(Rules(iptables=v4, ip6tables=v6, ipset=ipset, nft=nft))
        except ToolFailed:
            made.close()
            raise
        _open_routers[key] = made
        if len(_open_routers) > KEPT_ROUTERS:
            _open_routers.popitem(last=False)[1].close()
        return made

    return make
