import pytest

from segcheck.app import assessing
from segcheck.checks import split_tunnel
from segcheck.model.crossing import Standing
from segcheck.model.finding import Weight
from segcheck.model.requirement import Coverage
from tests.checks.sites import DAY, SEGMENTS, WHOLE, Firewall, Town, entry, lines, rule, told

CHECK = "split-tunnel"
LG = {**SEGMENTS, "lg-vpn": ("lg", "10.8.0.0/24", "")}
TUNNEL = ("lg-vpn", "10.8.0.1/24")
SETTINGS = 'config vpn ssl settings\n    set source-interface "lg"\n    set default-portal "telework"\nend\n'


def portal(*settings, name="telework"):
    said = "".join(f"        set {one}\n" for one in ("tunnel-mode enable", *settings))
    return f'config vpn ssl web portal\n    edit "{name}"\n{said}    next\nend\n'


def dialup(*settings):
    said = "".join(
        f"        set {one}\n"
        for one in ("type dynamic", 'interface "lg"', "mode-cfg enable", "proposal aes256-sha256")
    )
    more = "".join(f"        set {one}\n" for one in settings)
    return f'config vpn ipsec phase1-interface\n    edit "ssl.root"\n{said}{more}    next\nend\n'


def vpn(*sections, ports=None, segments=LG, **more):
    """Return a town whose one firewall stands in the LGWAN tier alone, with these sections."""
    own = ports or {"lg": ("lg-lan", "10.1.0.1/24"), "ssl.root": TUNNEL}
    return Town(
        firewalls={"fw": Firewall(ports=own, sections="".join(sections), **more)}, segments=segments, topology=""
    )


SPLIT = portal("split-tunneling enable")
POOL = """\
    edit "pool"
        set type iprange
        set start-ip 10.1.0.100
        set end-ip 10.1.0.199
    next
"""
FIRES = vpn(SPLIT, SETTINGS)
SOUND = vpn(portal("split-tunneling disable"), SETTINGS)


def test_a_split_tunnel_into_the_lgwan_tier(tmp_path):
    (found,) = FIRES.found(tmp_path, CHECK)

    assert (found.standing, found.weight, found.subject) == (Standing.VIOLATED, Weight.CRITICAL, "fw telework")
    assert (found.requirements, found.dst_zone) == (("LG-12",), "lg")
    text = (tmp_path / "exports/fw.conf").read_text(encoding="utf-8").splitlines()
    first = text.index('    edit "telework"') + 1
    assert lines(found) == [("exports/fw.conf", first, first + 3)]


@pytest.mark.parametrize(
    ("sections", "standing"),
    [
        ((portal(), SETTINGS), Standing.UNDECIDED),  # versions differ in what an unwritten setting means
        ((portal("split-tunneling disable", "ipv6-tunnel-mode enable", "ipv6-split-tunneling enable"), SETTINGS), 1),
        ((SPLIT,), 1),  # part of an export: nobody says which portals are used
        ((dialup('ipv4-split-include "lg-pcs"'),), 1),
        ((dialup('ipv4-split-exclude "lg-pcs"'),), 1),
        ((dialup(),), None),
        ((SPLIT, SETTINGS.replace("telework", "other")), None),
        ((SPLIT, SETTINGS.replace("set default-portal", "set status disable\n    set default-portal")), None),
        ((SPLIT.replace("tunnel-mode enable", "tunnel-mode disable"), SETTINGS), None),
    ],
)
def test_what_the_export_says_of_it(sections, standing, tmp_path):
    folder = vpn(*sections).written(tmp_path)  # of IPsec not every line is read
    found = [f.standing for f in assessing.assess(str(folder), day=DAY).assessment.findings if f.check == CHECK]

    assert found == ([] if standing is None else [Standing.VIOLATED if standing == 1 else standing])


def test_it_counts_where_packets_of_clients_get_through_the_rules(tmp_path):
    elsewhere = {**SEGMENTS, "lg-vpn": ("in", "10.8.0.0/24", "")}
    shut = vpn(SPLIT, SETTINGS, segments=elsewhere)
    open_ = vpn(SPLIT, SETTINGS, segments=elsewhere, rules=[rule(1, "ssl.root", "lg", "RDP")])

    assert shut.found(tmp_path / "shut", CHECK) == ()
    (found,) = open_.found(tmp_path / "open", CHECK)
    assert (found.standing, found.dst_zone) == (Standing.VIOLATED, "lg")


def test_a_tunnel_that_leads_nobody_knows_where_is_undecided(tmp_path):
    town = vpn(SPLIT, SETTINGS, ports={"lg": ("lg-lan", "10.1.0.1/24")})
    (found,) = town.found(tmp_path / "unknown", CHECK)
    pooled = vpn(
        portal("split-tunneling enable", 'ip-pools "pool"'),
        SETTINGS,
        ports={"lg": ("lg-lan", "10.1.0.1/24")},
        objects=POOL,
    )

    assert (found.standing, found.because) == (Standing.UNDECIDED, ("client-vpn:fw",))
    assert "neither the interface nor the pool" in told(found, town.judged(tmp_path / "unknown"))[1]
    assert [one.standing for one in pooled.found(tmp_path / "pool", CHECK)] == [Standing.VIOLATED]


def test_coverage_says_what_could_be_read(tmp_path, monkeypatch):
    contexts = []
    monkeypatch.setattr(split_tunnel, "find", lambda context: iter(contexts.append(context) or ()))
    linux = Town(firewalls={"fw": Firewall(iptables=("-j DROP",))}, topology=WHOLE)
    sites = (FIRES, Town(register=[entry("R1", "lg-pc", "in-pc", "tcp/443")]), vpn(exported=False), linux)
    for number, one in enumerate(sites):
        one.judged(tmp_path / str(number))

    given = [split_tunnel.covered(one).coverage for one in contexts]
    assert given == [Coverage.ASKED, Coverage.NOTHING_TO_ASK, Coverage.NO_INPUT, Coverage.NO_INPUT]
