"""Sanitisers towards the LGWAN tier that by their own declaration make nothing safe, or of which nobody shows that they do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segcheck.checks import _sanitising as sanitising
from segcheck.checks._base import Context
from segcheck.checks._declared import (
    Asked,
    Subject,
    among,
    by_name,
    coverage,
    finding,
    judged,
    missing,
    nothing,
    repeated,
)
from segcheck.model.check import Check
from segcheck.model.declared import Attribute
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.requirement import Covered
from segcheck.model.site import Gateway
from segcheck.model.site_words import HostRole, Method, Tier

CHECK = Check(
    id="sanitiser-evidence",
    weight=Weight.CRITICAL,
    requirements=("LG-02", "LG-11"),
    title=("無害化しない無害化装置", "A sanitiser that makes nothing safe"),
    message=(
        "無害化装置 {subject} は、申告によれば危険なものをそのまま通すか、宣言した方式と食い違う。{facts}",
        "By its own declaration sanitiser {subject} lets unsafe content through, or contradicts its method. {facts}",
    ),
    why=(
        "二つのセッションに分けても、中身をそのまま渡せば、マルウェアも LGWAN接続系へ届く。",
        "Two sessions do not help if the content is handed on as it came: malware arrives in the LGWAN tier with it.",
    ),
    fix=(
        "本文はテキストに、添付は削除するか再構成に改め、処理できないファイルは止める。試験の結果を根拠に申告する。",
        "Turn mail into text, remove or rebuild files, block what cannot be made safe, and declare it with the result of a test.",
    ),
    wrong=("申告の後に設定を変えたとき。", "If the setting was changed after it was declared."),
    reads=(Basis.ATTRIBUTES,),
)
SMTP = (25, 465, 587)
TESTED = repeated("sanitising_tested")
FILES = (among("files_rebuilt", "rebuilt", "checked"), among("unsafe_files", "blocked", "approved"), TESTED)
MAIL = (
    among("mail_body", "text", "image", "rebuilt"),
    among("mail_attachments", "removed", "image", "rebuilt", "checked"),
    TESTED,
)
_FILES = (Method.FILE_CDR, Method.FILE_CHECK)
_MAIL = (Method.MAIL_TEXT, Method.MAIL_ATTACHMENT_IMAGE)
#: What the method means: another word contradicts it.
MEANT: Mapping[Method, Mapping[str, tuple[str, ...]]] = {
    Method.MAIL_TEXT: {"mail_body": ("text",), "mail_attachments": ("removed",)},
    Method.MAIL_ATTACHMENT_IMAGE: {"mail_attachments": ("removed", "image")},
    Method.FILE_CDR: {"files_rebuilt": ("rebuilt",)},
}


def find(context: Context) -> Iterator[Finding]:
    """Yield sanitisers that let content through as it came, and those whose declaration contradicts their method."""
    for one in _inward(context):
        subject = _subject(one)
        asked, named = _asked(one), _serves(one)
        yield from judged(context, CHECK, (subject,), asked, requirements=named)
        wrong = _contradicting(one, subject)
        if wrong:
            told = ", ".join(f"{each.name}: {each.value}" for each in wrong)
            facts = f"method: {one.method.value} ≠ {told}"
            yield finding(
                CHECK, subject, wrong, weight=Weight.HIGH, requirements=named, facts=facts, key=f"{one.id}:method"
            )


def covered(context: Context) -> Mapping[str, Covered]:
    """Return for files and for mail whether it is declared of each sanitiser towards the LGWAN tier what it does."""
    gateways = tuple(_inward(context))
    if not gateways:
        none = nothing("LGWAN接続系へ取り込む無害化装置がない", "no sanitiser lets anything into the LGWAN tier")
        return {"LG-02": none, "LG-11": _without_mail(context)}
    mail = tuple(one for one in gateways if _mail(one))
    every = [(_subject(one), _asked(one)) for one in gateways]
    return {
        "LG-02": _worst(context, every),
        "LG-11": _worst(context, [(_subject(one), _asked(one)) for one in mail]) if mail else _without_mail(context),
    }


def _worst(context: Context, every: list[tuple[Subject, tuple[Asked, ...]]]) -> Covered:
    answers = [coverage(context, (subject,), asked) for subject, asked in every]
    return next((one for one in answers if one.reason[0]), answers[0])


def _without_mail(context: Context) -> Covered:
    servers = [
        host.id
        for host in context.site.hosts.values()
        if host.role is HostRole.MAIL_SERVER
        and host.segment
        and context.site.zones[context.zone_of(host.segment)].tier is Tier.LGWAN
    ]
    if not servers:
        return nothing("LGWAN接続系にメールサーバがない", "the LGWAN tier has no mail server")
    names = ", ".join(servers)
    return missing(
        f"LGWAN接続系のメールサーバ ({names}) へ入るメールの無害化装置が宣言されていない (gateways)",
        f"no sanitiser is declared for mail to the mail servers of the LGWAN tier ({names}; gateways)",
    )


def _inward(context: Context) -> Iterator[Gateway]:
    """Yield the sanitisers of files and mail that hand data to the LGWAN tier."""
    for one in context.site.gateways.values():
        outward = [leg.peer for leg in one.legs if not leg.incoming]
        if one.method in (*_FILES, *_MAIL) and Tier.LGWAN in sanitising.tiers(context, outward):
            yield one


def _mail(one: Gateway) -> bool:
    ports = [service.ports for leg in one.legs for service in leg.services if service.protocol == 6]
    return one.method in _MAIL or any(port in held for held in ports if held is not None for port in SMTP)


def _asked(one: Gateway) -> tuple[Asked, ...]:
    return MAIL if one.method in _MAIL else (*FILES, *MAIL[:2]) if _mail(one) else FILES


def _serves(one: Gateway) -> tuple[str, ...]:
    return ("LG-02", "LG-11") if _mail(one) else ("LG-02",)


def _contradicting(one: Gateway, subject: Subject) -> tuple[Attribute, ...]:
    meant = MEANT.get(one.method, {})
    held = (subject.attributes[name] for name in meant if name in subject.attributes)
    return tuple(each for each in held if each.value not in (*meant[each.name], "unchanged"))


def _subject(one: Gateway) -> Subject:
    return Subject(one.id, "", None, (), by_name(one.attributes), one.span)
