"""The draft of a site as `topology.yaml`: every fact with a comment that says how sure it is and where it was read.

Names come from exports and may hold anything: values are quoted wherever they could mean something to YAML, and comments stay
on one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from segcheck.lang.words import Words
from segcheck.model.draft import Draft, DraftDevice, DraftInterface, DraftLink, DraftSegment, Mark
from segcheck.model.site_words import Responsibility, Tier
from segcheck.reports._masking import masked

#: What a person has to fill in; `validate` names every place where it still stands.
BLANK = "TODO"
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*|\d+[./][\w./]*\d")
_WORDS = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
#: Places that are told of one fact.
_SPANS = 4
#: YAML allows keys without a mark of their own up to 1,024 characters.
_LONG_KEY = 900


def topology(draft: Draft, words: Words, name: str) -> str:
    """Return the file; `name` is that of the body."""
    lines = [*_comment(words("draft.head")), "segcheck: 1", f"name: {scalar(name)} # {words('draft.name')}", ""]
    if draft.unread:
        lines += _comment(words("draft.unread"))
        for path, en, ja in draft.unread:
            lines += _comment(f"  {path}: {ja if words.language == 'ja' else en}")
        lines.append("")
    lines += ["zones:", *_zones(words), ""]
    lines += _section("segments", words("draft.segments"), (_segment(one, words) for one in draft.segments), "{}")
    told = words("draft.devices", words=", ".join(one.value for one in Responsibility))
    lines += _section("devices", told, (_device(one, words) for one in draft.devices), "[]")
    lines += _section("links", words("draft.links"), (_link(one, words) for one in draft.links), "[]")
    return "\n".join(lines).rstrip("\n") + "\n"


def _zones(words: Words) -> Iterator[str]:
    tiers = ", ".join(one.value for one in Tier)
    yield from _comment(words("draft.zones", tiers=tiers), 2)
    yield from _comment("  mn: {tier: mynumber, name: マイナンバー利用事務系, responsibility: city}", 2)
    yield from _comment("  lgwan: {tier: lgwan_wan, name: LGWAN, responsibility: jlis}", 2)
    yield f"  zone-1: {{tier: {BLANK}, responsibility: {BLANK}}} # {BLANK}: {words('draft.todo')}"


def _section(name: str, told: str, entries: Iterable[list[str]], empty: str) -> list[str]:
    found = [line for entry in entries for line in entry]
    return [*_comment(told), *([f"{name}:", *found] if found else [f"{name}: {empty}"]), ""]


def _segment(one: DraftSegment, words: Words) -> list[str]:
    fields = [f"zone: {BLANK}"]
    fields += [f"domain: {scalar(one.domain)}"] if one.domain != "default" else []
    fields += [f"vlan: {one.vlan}"] if one.vlan is not None else []
    for key, prefixes in (("v4", one.v4), ("v6", one.v6)):
        if prefixes is not None:
            fields.append(f"{key}: [{', '.join(map(scalar, prefixes))}]" if prefixes else f"{key}: none")
    fields += [f"kind: {one.kind}"] if one.kind != "lan" else []
    fields += [f"gateway: [{scalar(one.gateway)}]"] if one.gateway else []
    return [*_marks(one.marks, words, 2), f"  {scalar(one.id)}: {{{', '.join(fields)}}}"]


def _device(one: DraftDevice, words: Words) -> list[str]:
    lines = [*_marks(one.marks, words, 2), f"  - id: {scalar(one.id)}", f"    kind: {one.kind}"]
    lines.append(f"    responsibility: {BLANK} # {words('draft.todo')}")
    lines += [f"    hostname: {scalar(one.hostname)}"] if one.hostname else []
    lines += [f"    members: [{', '.join(map(scalar, one.members))}]"] if one.members else []
    lines.append("    exports:")
    for export in one.exports:
        fields = [f"path: {scalar(export.path)}", f"format: {export.format}"]
        fields += [f"context: {scalar(export.context)}"] if export.context else []
        fields += [f"role: {export.role}"] if export.role != "config" else []
        lines.append(f"      - {{{', '.join(fields)}}}")
    if one.interfaces:
        lines.append("    interfaces:")
        lines += [line for interface in one.interfaces for line in _interface(interface, words)]
    if one.routes:
        lines += _comment(words("draft.route_head"), 4)
        for text, mark in one.routes:
            lines += _comment(f"  {text}: {_told(mark, words)}", 4)
    return lines


def _interface(one: DraftInterface, words: Words) -> list[str]:
    fields = [f"segment: {scalar(one.segment)}"] if one.segment else []
    if one.addresses and not one.segment:
        fields.append(f"addresses: [{', '.join(map(scalar, one.addresses))}]")
    elif len(one.addresses) == 1:
        fields.append(f"address: {scalar(one.addresses[0])}")
    elif one.addresses:
        fields.append(f"addresses: [{', '.join(map(scalar, one.addresses))}]")
    fields += [f"vrf: {scalar(one.vrf)}"] if one.vrf else []
    fields += [] if one.enabled else ["enabled: false"]
    key, value = scalar(one.name), f"{{{', '.join(fields)}}}"
    lines = [f"      {key}: {value}"] if len(key) < _LONG_KEY else [f"      ? {key}", f"      : {value}"]
    return [*_marks(one.marks, words, 6), *lines]


def _link(one: DraftLink, words: Words) -> list[str]:
    ends = ", ".join(quoted(end) for end in one.ends)
    return [*_marks(one.marks, words, 2), f"  - {{id: {scalar(one.id)}, ends: [{ends}], kind: {one.kind}}}"]


def _marks(marks: Iterable[Mark], words: Words, indent: int) -> Iterator[str]:
    for mark in marks:
        yield from _comment(_told(mark, words), indent)


def _told(mark: Mark, words: Words) -> str:
    why = words(f"draft.why.{mark.why}", **mark.params)
    if "comment" in mark.params:
        why = words("draft.comment", why=why, text=masked(mark.params["comment"]))
    if mark.spans:
        places = [str(span) for span in dict.fromkeys(mark.spans)]
        shown = ", ".join(places[:_SPANS])
        if len(places) > _SPANS:
            shown += f", {words('draft.more', count=len(places) - _SPANS)}"
        why = words("draft.at", why=why, spans=shown)
    return words("draft.seen", sure=words(f"draft.sure.{mark.sure.value}"), why=why)


def _comment(text: str, indent: int = 0) -> list[str]:
    """Return the text as comments, one per line of it; characters that could end a line become "?"."""
    lines = ("".join(c if c.isprintable() else "?" for c in line) for line in text.split("\n"))
    return [f"{' ' * indent}# {line}".rstrip() for line in lines]


def scalar(text: str) -> str:
    """Return the text as a YAML value that reads back as this text."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else quoted(text)


def quoted(text: str) -> str:
    """Return the text in double quotes; whatever does not print is escaped (YAML 1.2 §5.7)."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
