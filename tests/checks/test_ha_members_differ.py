from segcheck.model.finding import Weight
from tests.checks.sites import Firewall, Town, entry, lines, params, policy, rule, told

CHECK = "ha-members-differ"
R1 = entry("R1", "lg-mail", "in-mail", "tcp/25")
MAIL = rule(1, "lg:lg-mail", "in:in-mail", "SMTP")
WEB = rule(2, "lg:lg-mail", "in:in-mail", "HTTPS")


class Pair(Firewall):
    """Two units of one device, fw-a and fw-b: `rules` are those of the first, `routes` stands for the second's rules."""

    def written(self, folder, name):
        for unit, rules in (("fw-a", self.rules), ("fw-b", self.routes)):
            text = Firewall(ports=self.ports, rules=rules).export(unit)
            (folder / f"exports/{unit}.conf").write_text(text, encoding="utf-8")

    def declared(self, name):
        return [
            "    members: [fw-a, fw-b]",
            "    exports: [{path: exports/fw-a.conf, format: fortigate}, "
            "{path: exports/fw-b.conf, format: fortigate, role: ha_peer}]",
        ]


def town(first, second, *register):
    return Town(firewalls={"fw": Pair(rules=first, routes=second)}, register=[R1, *register])


FIRES = town([MAIL], [MAIL, WEB], entry("R2", "lg-mail", "in-mail", "tcp/443", schedule='"毎日 0:00-24:00"'))
SOUND = town([MAIL], [MAIL])


def test_a_rule_that_only_the_second_unit_has(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = [one for one in assessment.findings if one.check == CHECK]
    assert (found.weight, params(found)["first"], params(found)["second"]) == (Weight.MEDIUM, "fw-a", "fw-b")
    assert policy(tmp_path, 2, "fw-b") in lines(found)
    assert "fw-a と fw-b で意味が異なる" in told(found, assessment)[0]
    assert found.remedy[1].endswith("of fw-a and fw-b the same.")


def test_the_same_rules_in_another_order_mean_the_same(tmp_path):
    both = entry("R2", "lg-mail", "in-mail", "tcp/443")

    assert town([MAIL, WEB], [WEB, MAIL], both).judged(tmp_path).findings == ()
