from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.declaring import MN_PORTS, asked, attributes
from tests.checks.sites import Firewall, Town, params

CHECK = "screen-redirection"
WHOLE = {f"channel_{name}": "disabled" for name in ("clipboard", "drive", "printer", "usb")}


def town(host="in-mail", **changed):
    ports = {"fw": Firewall(ports=MN_PORTS)} if host.startswith("mn") else None
    return Town(firewalls=ports, keys={host: ", role: screen_server" + attributes({**WHOLE, **changed})})


FIRES = town(channel_drive="enabled")
SOUND = town()


def test_drives_that_come_along(tmp_path):
    (found,), _ = asked(FIRES, tmp_path, CHECK)

    assert (found.weight, found.requirements, params(found)["facts"]) == (
        Weight.HIGH,
        ("LG-04",),
        "channel_drive: enabled",
    )


def test_a_reason_permits_a_channel_but_not_in_the_my_number_tier(tmp_path):
    reason = {"channel_clipboard": "inbound", "channel_reason": "承認第3号"}

    assert asked(town(**reason), tmp_path, CHECK)[0] == ()
    (found,), _ = asked(town("mn-srv", **reason), tmp_path, CHECK)
    assert (found.weight, found.requirements) == (Weight.CRITICAL, ("LG-04", "MN-10"))


def test_channels_that_nobody_names_are_told(tmp_path):
    assert asked(SOUND, tmp_path, CHECK)[1].coverage is Coverage.ASKED
    bare = Town(keys={"in-mail": ", role: screen_server"})
    assert asked(bare, tmp_path, CHECK)[1].coverage is Coverage.NO_INPUT
    assert asked(Town(), tmp_path, CHECK)[1].coverage is Coverage.NOTHING_TO_ASK
