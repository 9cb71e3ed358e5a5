"""What an importer returns: devices, and an honest account of how it read them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from segcheck.model.device import DeviceConfig
from segcheck.model.diagnostic import Diagnostic, LineAccount


class Complete(Enum):
    """Whether an export is whole. NO taints everything that a missing line could change."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Maturity(Enum):
    """What an importer's reading of its vendor stands on."""

    DEVICE_TESTED = "device-tested"
    MANUAL = "manual"
    EXPERIMENTAL = "experimental"


@dataclass(frozen=True, slots=True, kw_only=True)
class InputReading:
    """One file, read: what it was, whether it is whole (with the evidence, one English line), how each line was used."""

    path: str
    sha256: str
    encoding: str
    format: str
    complete: Complete
    evidence: str
    lines: LineAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One device's export, read from one file or several that belong together.

    devices   one per virtual device (VDOM, vsys), in the order of the file; at least one
    """

    format: str
    maturity: Maturity
    inputs: tuple[InputReading, ...]
    devices: tuple[DeviceConfig, ...]
    diagnostics: tuple[Diagnostic, ...]
