"""The bill of materials of a bundle (CycloneDX 1.6, JSON), written from what the wheels say of themselves.

It holds no time and its serial number is made of its content, so that the same wheels give the same bytes.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from packaging.utils import canonicalize_name

from tools.bundle.wheels import OWN, Target, Wheel


def sbom(wheels: Sequence[Wheel], target: Target, more: Sequence[dict[str, Any]] = ()) -> str:
    """Return the document; `more` are components that are no wheels, which segcheck itself stands on."""
    parts = {wheel.name: _component(wheel) for wheel in wheels}
    own = {**parts.pop(OWN), "type": "application"}
    document: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": own,
            "properties": [
                {"name": "segcheck:bundle:system", "value": f"{target.system} x86_64"},
                {"name": "segcheck:bundle:python", "value": f"CPython {target.version}"},
            ],
        },
        "components": [*parts.values(), *more],
        "dependencies": [
            *({"ref": _purl(wheel), "dependsOn": _needs(wheel, wheels, target, more)} for wheel in wheels),
            *({"ref": one["bom-ref"], "dependsOn": []} for one in more),
        ],
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True)
    serial = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, text)}"
    return json.dumps({**document, "serialNumber": serial}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def python_component(version: str, sha256: str) -> dict[str, Any]:
    """Return the component of the interpreter that a Windows bundle brings along."""
    return {
        "type": "application",
        "bom-ref": f"pkg:generic/python@{version}",
        "name": "CPython (embeddable)",
        "version": version,
        "hashes": [{"alg": "SHA-256", "content": sha256}],
        "licenses": [{"expression": "PSF-2.0"}],
    }


def _component(wheel: Wheel) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": _purl(wheel),
        "name": wheel.name,
        "version": wheel.version,
        "purl": _purl(wheel),
        "hashes": [{"alg": "SHA-256", "content": wheel.sha256}],
        "licenses": [{"expression": wheel.licence.expression}],
        "properties": [{"name": "segcheck:bundle:file", "value": wheel.path.name}],
    }
    if wheel.summary:
        found["description"] = wheel.summary
    if wheel.homepage:
        found["externalReferences"] = [{"type": "website", "url": wheel.homepage}]
    return found


def _needs(wheel: Wheel, wheels: Sequence[Wheel], target: Target, more: Sequence[dict[str, Any]]) -> list[str]:
    wanted = {canonicalize_name(one.name) for one in wheel.wanted(target)}
    refs = [_purl(one) for one in wheels if one.name in wanted]
    return sorted([*refs, *(one["bom-ref"] for one in more if wheel.name == OWN)])


def _purl(wheel: Wheel) -> str:
    return f"pkg:pypi/{wheel.name}@{wheel.version}"
