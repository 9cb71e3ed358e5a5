from segcheck.loaders.problems import Problem, did_you_mean, nearest, refuse


def test_the_nearest_word_is_offered_whatever_its_case():
    assert nearest("ADRESS", ["address", "addresses", "vrf"]) == "address"
    assert nearest("zzz", ["address"]) is None


def test_without_a_near_word_the_known_ones_are_listed():
    assert did_you_mean("zzz", ["b", "a"]) == ("known: a, b", "使えるもの: a, b")


def test_problems_come_in_order_of_place_and_once():
    error = refuse(
        "f", ["one", "two"], [Problem(2, 1, "later", "後"), Problem(1, 2, "first", "先"), Problem(1, 2, "first", "先")]
    )

    assert error.en == "f:1:2: first\n1 | one\n  |  ^\nf:2:1: later\n2 | two\n  | ^\nNothing was judged."


def test_a_place_outside_the_file_shows_no_line():
    assert refuse("f", [], [Problem(1, 1, "empty", "空")]).en == "f:1:1: empty\nNothing was judged."
