"""What two versions of a file mean: how they are written does not count, what they do does."""

import pytest

from segcheck.app.history import meaning
from segcheck.importers import fortigate
from segcheck.loaders.problems import SiteFile
from segcheck.model.history import Meaning
from segcheck.model.source import SourceText
from tests import toy
from tests.importers.fortigate.exports import export, policy

SECRET = """\
config vpn ipsec phase1-interface
    edit "p1"
        set interface "wan1"
        set psksecret ENC {blob}
    next
end
"""


def of_toy(text):
    (device,) = toy.read((SourceText("f", text, "utf-8", ""),)).devices
    return meaning.of_device(device)


def of_fortigate(*policies, **more):
    (device,) = fortigate.read((SourceText("f", export(*policies, **more), "utf-8", ""),)).devices
    return meaning.of_device(device)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("permit src=10.0.0.0/8", "permit src=10.0.0.0/8   # said so", True),
        ("permit src=10.0.0.0/8", "\npermit src=10.0.0.0/8\n# a stamp", True),
        ("interface a 10.0.0.1/24\ninterface b 10.0.1.1/24", "interface b 10.0.1.1/24\ninterface a 10.0.0.1/24", True),
        ("permit src=10.0.0.0/8", "permit src=10.0.0.0/9", False),
        ("permit src=10.0.0.0/8", "deny src=10.0.0.0/8", False),
        ("permit src=10.0.0.0/8\ndeny src=10.0.0.0/9", "deny src=10.0.0.0/9\npermit src=10.0.0.0/8", False),
        ("permit when=office", "permit when=night", False),
        ("routes complete", "", False),
        ("interface a 10.0.0.1/24", "interface a 10.0.0.1/25", False),
    ],
)
def test_a_device_means_what_it_does(old, new, same):
    found = [of_toy(f"toy 1\n{text}\nend\n") for text in (old, new)]

    assert meaning.compared(*found) is (Meaning.SAME if same else Meaning.CHANGED)


def test_stamps_blobs_names_and_numbers_of_a_fortigate_do_not_count():
    one = of_fortigate(policy(1, 'set name "a"', "set comments x"), before=SECRET.format(blob="AAAA"))
    other = of_fortigate(policy(7, 'set name "b"', "set uuid 1-2-3"), before=SECRET.format(blob="BBBB"))
    third = of_fortigate(policy(1, target="wan1"), before=SECRET.format(blob="AAAA"))

    assert meaning.compared(one, other) is Meaning.SAME
    assert meaning.compared(one, third) is Meaning.CHANGED


def test_lines_that_were_not_understood_are_never_the_same_unless_they_are_the_same_lines():
    (device,) = toy.read((SourceText("f", toy.DOUBTFUL, "utf-8", ""),)).devices
    one, other = (meaning.of_device(device, [line]) for line in ("frobnicate", "frobnicate more"))

    assert meaning.compared(one, one) is Meaning.SAME
    assert meaning.compared(one, other) is Meaning.UNKNOWN
    assert meaning.compared(one, "") is Meaning.UNKNOWN


def test_a_file_of_ours_means_what_it_says():
    found = [
        meaning.of_file(SiteFile(SourceText("p", text, "utf-8", ""), ()))
        for text in ("a: 1\nb: [x]\n", "# c\nb:\n  - x\na: 1\n", "a: 2\nb: [x]\n", "a: [\n")
    ]

    assert found[0] == found[1]
    assert found[0] != found[2]
    assert found[3] == ""
