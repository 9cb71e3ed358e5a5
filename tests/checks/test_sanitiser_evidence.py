import pytest

from segcheck.model.finding import Weight
from tests.checks.answering import answered, words
from tests.checks.declaring import one_line
from tests.checks.sanitising import gateway
from tests.checks.sanitising import town as sanitised
from tests.checks.sites import Town, params

CHECK = "sanitiser-evidence"
MAIL = {"mail_body": "text", "mail_attachments": "removed", "sanitising_tested": "2026-07-01"}
FILES = {"files_rebuilt": "rebuilt", "unsafe_files": "blocked", "sanitising_tested": "2026-07-01"}
PUT = "{id: put, from: in-pc, service: tcp/443, opener: other}"
GET = "{id: get, to: lg-pc, service: tcp/443, opener: other}"


def mail(shown="evidence: 試験, evidence_date: 2026-07-01, declared_by: 課長", method="mail_text", **changed):
    values = {name: value for name, value in {**MAIL, **changed}.items() if value}
    more = f"    forwards: false\n    attributes: {one_line(values, shown)}\n"
    return sanitised(topology=gateway(method=method, more=more))


def files(*legs, method="file_cdr", **changed):
    values = {name: value for name, value in {**FILES, **changed}.items() if value}
    more = f"    forwards: false\n    attributes: {one_line(values)}\n"
    return sanitised(topology=gateway(*(legs or (PUT, GET)), method=method, more=more), register=(), legs=())


FIRES = mail(mail_attachments="unchanged")
SOUND = mail()


@pytest.mark.parametrize(
    ("changed", "weight", "named", "facts"),
    [
        (FIRES, Weight.CRITICAL, ("LG-02", "LG-11"), "mail_attachments: unchanged"),
        (mail(mail_body="unchanged"), Weight.CRITICAL, ("LG-02", "LG-11"), "mail_body: unchanged"),
        (mail(sanitising_tested="2025-07-01"), Weight.CRITICAL, ("LG-02", "LG-11"), "sanitising_tested: 2025-07-01"),
        (mail(mail_body="image"), Weight.HIGH, ("LG-02", "LG-11"), "method: mail_text ≠ mail_body: image"),
        (files(unsafe_files="passed"), Weight.CRITICAL, ("LG-02",), "unsafe_files: passed"),
        (files(files_rebuilt="checked"), Weight.HIGH, ("LG-02",), "method: file_cdr ≠ files_rebuilt: checked"),
    ],
)
def test_content_that_passes_unchanged_and_words_that_contradict_the_method(changed, weight, named, facts, tmp_path):
    (found,), _ = answered(changed, tmp_path, CHECK)

    assert (found.subject, found.weight, found.requirements) == ("gw", weight, named)
    assert params(found)["facts"] == facts


@pytest.mark.parametrize(
    ("changed", "files_in", "mail_in"),
    [
        (SOUND, "asked", "asked"),
        (mail(mail_body=""), "no_input", "no_input"),
        (mail(shown=""), "claimed", "claimed"),
        (mail(method="mail_attachment_image", mail_attachments="image"), "asked", "asked"),
        (files(), "asked", "nothing_to_ask"),
        (files(method="file_check", files_rebuilt="checked"), "asked", "nothing_to_ask"),
        (Town(), "nothing_to_ask", "nothing_to_ask"),
        (Town(roles={"lg-mail": "mail_server"}), "nothing_to_ask", "no_input"),
    ],
)
def test_files_and_mail_are_answered_apart(changed, files_in, mail_in, tmp_path):
    found, told = answered(changed, tmp_path, CHECK)

    assert found == ()
    assert words(told) == {"LG-02": files_in, "LG-11": mail_in}


def test_mail_through_a_sanitiser_of_files_is_asked_for_as_mail(tmp_path):
    both = files(
        "{id: in, from: in-mail, service: tcp/25, opener: other}", "{id: o, to: lg-mail, service: tcp/25, opener: self}"
    )

    assert words(answered(both, tmp_path, CHECK)[1]) == {"LG-02": "no_input", "LG-11": "no_input"}
