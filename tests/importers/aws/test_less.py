"""An answer, or a thing of one, that was not exported costs answers and turns none around."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from segcheck.analysis.compiling import judge_device
from segcheck.model.reading import Reading
from segcheck.model.trace import Verdict
from tests.soundness.damage import SAMPLES, Said, claims_more, read

SAMPLE = next(sample for sample in SAMPLES if sample.name == "aws")
#: What a filter of the command may leave out without a trace: see the importer's limits.
UNSEEN = {"RouteTables"}


def _without(whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in whole:
        yield name, {key: value for key, value in whole.items() if key != name}
        for at in range(len(whole[name])):
            if name not in UNSEEN and len(whole[name]) > 1:
                less = deepcopy(whole)
                del less[name][at]
                yield f"{name}[{at}]", less
    yield "another page", {**whole, "NextToken": "x"}


def _said(reading: Reading) -> dict[tuple[str, int], Said]:
    found = {}
    for device in reading.devices:
        mine = [(n, p) for n, p in enumerate(SAMPLE.probes()) if p.ingress and device.interface(p.ingress)]
        decided = judge_device(device, [probe for _, probe in mine], reply=True)
        for (number, _), one in zip(mine, decided, strict=True):
            found[device.context, number] = Said(one.verdict, one.egress, tuple(sorted(one.header.items())), one.reply)
    return found


def test_what_is_missing_turns_no_answer_around() -> None:
    (source,) = SAMPLE.sources()
    whole = _said(read(SAMPLE, (source,)))
    assert {one.verdict for one in whole.values()} >= {Verdict.PERMIT, Verdict.DENY}
    wrong = {}
    for what, less in _without(json.loads(source.text)):
        found = _said(read(SAMPLE, (replace(source, text=json.dumps(less, indent=1) + "\n"),)))
        for key in whole.keys() & found.keys():
            if told := claims_more(whole[key], found[key]):
                wrong[what, key] = told
    assert wrong == {}
