from segcheck.model.finding import Basis, Weight
from segcheck.model.requirement import Coverage
from tests.checks.declaring import MN_PORTS, asked, attributes
from tests.checks.sites import Firewall, Town, entry, params, rule

CHECK = "screen-channels"
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


def test_rules_that_let_drives_pass_beside_the_screen(tmp_path):
    gateway = """\
gateways:
  - id: gw
    hosts: [in-mail]
    method: screen
    legs: [{id: view, to: lg-pc, service: tcp/8443, opener: other}, {id: web, from: in-pc, service: tcp/8080, opener: self}]
"""
    screen = [entry("ST", "lg-pc", "in-mail", "tcp/8443", kind="screen", gateway="gw", legs="[view]")]
    keys = {"in-mail": ", role: screen_server" + attributes(WHOLE)}
    wide = Town(rules=[rule(1, "lg:lg-pc", "in:in-mail")], register=screen, keys=keys, topology=gateway)
    (found,), _ = asked(wide, tmp_path, CHECK)
    assert (found.subject, found.basis, params(found)["facts"]) == ("ST", (Basis.RULES,), "tcp/9427, tcp/32111")

    assert asked(wide.with_rules(rule(1, "lg:lg-pc", "in:in-mail", "HTTPS")), tmp_path, CHECK)[0] == ()


def test_channels_that_nobody_names_are_told(tmp_path):
    assert asked(SOUND, tmp_path, CHECK)[1].coverage is Coverage.ASKED
    bare = Town(keys={"in-mail": ", role: screen_server"})
    assert asked(bare, tmp_path, CHECK)[1].coverage is Coverage.NO_INPUT
    assert asked(Town(), tmp_path, CHECK)[1].coverage is Coverage.NOTHING_TO_ASK
