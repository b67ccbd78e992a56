"""The commands zoo, bounds and maximise."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from golden_networks import case
from program import linreg

from linreg import count_regions, load, mlp, save, theory, zoo
from linreg.errors import TooLarge
from linreg.formulas import deep_convolution, generic
from linreg.theory import maximum


def test_the_zoo_lists_its_families() -> None:
    done = linreg("zoo")
    assert (done.code, done.err) == (0, "")
    listed = [line.split()[0] for line in done.out.splitlines()]
    assert listed == list(zoo.CATALOGUE)
    assert [each["usage"].split()[0] for each in linreg("zoo", "--json").json["zoo"]] == listed


def test_a_network_of_the_zoo_is_written_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "shi4.json"
    answer = linreg("zoo", "shi", 4, "-o", path, "--json").json
    assert answer["activation_regions"] == answer["at_least"] == 125
    assert answer["output"] == str(path)
    assert load(path).fingerprint == answer["fingerprint"] == zoo.shi(4).network.fingerprint
    assert load(path).source == "Shi (1986)"
    assert linreg("count", path, "--json").json["activation_regions"] == 125


def test_a_construction_is_written_with_the_domain_on_which_it_is_known(tmp_path: Path) -> None:
    path = tmp_path / "folding.json"
    done = linreg("zoo", "folding", 2, 5, 4, "-o", path)
    assert (done.code, done.err) == (0, "")
    assert "regions      66" in done.out
    assert json.loads(path.read_text())["domain"] == {"type": "box", "lo": [0, 0], "hi": [1, 1]}
    assert linreg("count", path, "--json").json["activation_regions"] == 66


def test_a_zoo_network_may_go_to_a_numpy_archive(tmp_path: Path) -> None:
    assert linreg("zoo", "braid", 3, "-o", tmp_path / "braid.npz").code == 0
    assert linreg("count", tmp_path / "braid.npz", "--json").json["activation_regions"] == 6


def test_huge_counts_are_strings_in_json() -> None:
    assert linreg("zoo", "abs-tower", 9, 7, "--json").json["activation_regions"] == str(2**63)
    assert linreg("zoo", "telgarsky", 53, "--json").json["activation_regions"] == 2**53


@pytest.mark.parametrize(
    "arguments",
    [("shy", 4), ("shi",), ("shi", "x"), ("shi", 10**30), ("shi", 1), ("shi", "1.5")],
)
def test_mistakes_about_the_zoo_are_one_line(arguments) -> None:
    assert linreg("zoo", *arguments).complaint


def test_a_zoo_network_is_not_written_to_an_unknown_kind_of_file(tmp_path: Path) -> None:
    assert "graph.txt" in linreg("zoo", "shi", 3, "-o", tmp_path / "graph.txt").complaint


def bounds_of(*arguments: object) -> dict[str, tuple[str, object]]:
    """What `linreg bounds --json` says, by name."""
    answer = linreg("bounds", *arguments, "--json").json
    assert list(answer) == ["exact", "bounds"]
    for bound in answer["bounds"]:
        assert list(bound) == ["name", "side", "value", "source", "note"]
        assert bound["source"]
    return {bound["name"]: (bound["side"], bound["value"]) for bound in answer["bounds"]}


def test_bounds_of_widths_have_their_worked_values() -> None:
    found = bounds_of("--widths", "2,10,10")
    assert found["montufar_2014"] == ("max_at_least", 1400)
    assert found["serra_2018_lower"] == ("max_at_least", 2016)
    assert found["serra_2018_upper"] == ("upper", 3136)
    assert found["trivial"] == ("upper", 2**20)
    assert "zaslavsky" not in found
    assert bounds_of("--widths", "2,5")["zaslavsky"] == ("max_exactly", 16)


def test_quick_bounds_leave_out_the_one_for_the_weights_and_say_so(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    save(mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])]), path)
    whole, quick = (linreg("bounds", path, *more, "--json").json for more in ((), ("--quick",)))
    assert quick["bounds"] == [b for b in whole["bounds"] if b["name"] != "serra_ramalingam_2020"]
    assert len(quick["bounds"]) == len(whole["bounds"]) - 1
    assert [each["name"] for each in quick["left_out"]] == ["serra_ramalingam_2020"]
    assert linreg("bounds", "--widths", "2,3", "--quick").code == 2


def test_bounds_of_maxout_have_their_worked_values() -> None:
    found = bounds_of("--widths", "2,3", "--maxout", 3)
    assert found["montufar_2022"] == ("max_exactly", 19)
    assert found["maxout_2014_upper"] == ("upper", 27)
    assert found["maxout_2014_lower"] == ("max_at_least", 9)


def test_bounds_of_convolutions_have_their_worked_values() -> None:
    found = bounds_of("--conv", "1,3,3:2,2,2")
    assert found["generic_count"] == ("max_exactly", 255)
    assert found["xiong_formula"] == ("upper", 256)
    assert found["koszul_upper"] == ("upper", 255)
    found = bounds_of("--conv", "1,2,2:1,2,2,1,1")
    assert found["generic_count"] == ("max_exactly", 223)
    assert found["explicit_count"] == ("upper", 223)


def test_a_generic_count_that_nothing_proves_is_a_lower_bound() -> None:
    found = bounds_of("--conv", "1,2,2:2,2,2,1,1")
    assert found["generic_count"] == ("max_at_least", 2764)
    assert found["koszul_upper"] == ("upper", 2766)


def test_bounds_of_several_convolutions_have_their_worked_values() -> None:
    found = bounds_of("--conv", "1,3:2,2;2,2")
    assert found["xiong_2020_lower"] == ("max_at_least", 16)
    assert found["xiong_2020_upper"] == ("upper", 60)


def test_a_bound_that_takes_too_long_is_a_row_with_the_reason(monkeypatch) -> None:
    monkeypatch.setattr(generic, "_with_row", lambda counts, row: dict.fromkeys(range(10**6), 1))
    answer = linreg("bounds", "--conv", "1,3,3:2,2,2", "--json").json
    assert "generic_count" not in {bound["name"] for bound in answer["bounds"]}
    [left_out] = answer["left_out"]
    assert (left_out["name"], left_out["side"]) == ("generic_count", "max_exactly")
    assert "too large" in left_out["reason"]
    done = linreg("bounds", "--conv", "1,3,3:2,2,2")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[1].split()[:4] == ["maximum", "exactly", "left", "out"]


def test_bounds_of_several_convolutions_that_take_too_long_are_rows_too(monkeypatch) -> None:
    layers = "1,3,3:2,2,2;2,2,2"
    names = ["xiong_2020_lower", "xiong_2020_upper", "convolution_upper"]
    answer = linreg("bounds", "--conv", layers, "--json").json
    assert "left_out" not in answer
    assert {bound["name"] for bound in answer["bounds"]} >= set(names)

    def refused(*arguments: object, **named: object) -> int:
        raise TooLarge("too large")

    monkeypatch.setattr(deep_convolution, "generic_count", refused)
    monkeypatch.setattr(deep_convolution, "xiong_formula", refused)
    answer = linreg("bounds", "--conv", layers, "--json").json
    assert [each["name"] for each in answer["left_out"]] == names
    assert len({each["source"] for each in answer["left_out"]}) == 3


def test_long_work_on_bounds_is_reported() -> None:
    seen = []
    bounds, _ = theory.conv_report((1, 3, 3), [{"filters": 2, "kernel": 2}], progress=seen.append)
    assert {"koszul_upper"} < {bound.name for bound in bounds}
    for name in ("generic_count", "xiong_formula"):
        shares = [now.share for now in seen if now.activity == name]
        assert shares[0] == 0
        assert shares == sorted(shares)
        assert shares[-1] < 1


def test_large_bounds_are_strings_in_json() -> None:
    assert bounds_of("--widths", "2,30,30")["trivial"] == ("upper", str(2**60))


def test_the_bounds_of_a_network_stand_around_its_count(tmp_path: Path) -> None:
    path = tmp_path / "serra.json"
    linreg("zoo", "serra", 2, 5, 4, "-o", path)
    answer = linreg("bounds", path, "--count", "--json").json
    assert answer["exact"] == 88
    for bound in answer["bounds"]:
        if bound["side"] == "upper":
            assert bound["value"] >= 88
        else:
            assert bound["value"] <= 88
    assert linreg("bounds", path, "--json").json["exact"] is None
    done = linreg("bounds", path, "--count")
    assert done.code == 0
    row = next(line for line in done.out.splitlines() if line.startswith("this network"))
    assert row.split() == ["this", "network", "88", "counted"]


def test_regions_per_parameter_are_shown_for_sizes_and_as_growth() -> None:
    answer = linreg("bounds", "--widths", "2,10,10,10,10", "--per-parameter", "--json").json
    assert answer["sizes"]["regions"] == [875_000, 9_834_496, 821, 7_261]
    assert answer["growth"]["exponent"] == [3, 3, 1]
    answer = linreg("bounds", "--conv", "1,5:4,2;4,2;4,2", "--per-parameter", "--json").json
    assert answer["sizes"]["known"][:2] == ["lower bound", "upper bound"]
    assert answer["growth"]["known"][:2] == ["asymptotic lower bound", "asymptotic upper bound"]
    done = linreg("bounds", "--conv", "1,5:4,2;4,2;4,2", "--per-parameter")
    assert (done.code, done.err) == (0, "")
    assert "1,496,662,206" in done.out


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--per-parameter",),
        ("--widths", "", "--per-parameter"),
        ("--widths", "2,3", "--maxout", "3", "--per-parameter"),
        ("--widths", "2,1", "--per-parameter"),
        ("--widths", "2"),
        ("--widths", "2,x"),
        ("--widths", "2,-3"),
        ("--widths", "2,3", "--conv", "1,3:1,2"),
        ("--widths", "2,3", "--count"),
        ("--widths", "2,3", "--maxout", "0"),
        ("--maxout", "3"),
        ("--conv", "1,3"),
        ("--conv", "1,3:2"),
        ("--conv", "1,3:2,4"),
        ("--conv", "1,3:2,2,1,0,0"),
        ("no-such-file.json",),
    ],
)
def test_mistakes_about_bounds_are_one_line(arguments) -> None:
    assert linreg("bounds", *arguments).complaint


def test_all_definitions_of_a_region_are_counted_and_shown(tmp_path: Path) -> None:
    golden = case("stargalla_six_definitions")
    path = tmp_path / "stargalla.json"
    save(golden.network, path)
    answer = linreg("count", path, "--all-definitions", "--json").json
    assert answer["patterns_any_dimension"] == 7
    assert answer["activation_regions"] == 5
    assert answer["convex_pieces"] == 4
    assert answer["undecided"] == {}
    assert answer["linear_regions"] == answer["closed_connected"] == answer["affine_maps"] == 3
    done = linreg("count", path, "--all-definitions")
    shown = [line.split()[-1] for line in done.out.splitlines()[-6:]]
    assert shown == ["7", "5", "4", "3", "3", "3"]
    assert "closed_connected" not in linreg("count", path, "--definitions", "--json").json


def test_what_a_definition_leaves_open_has_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "open.json"
    first, second = ([[1, -1], [0, -1]], [-1, 0]), ([[1, -1], [-1, 0]], [-1, 1])
    save(mlp([first, second], readout=([[-1, 1]], [0])), path)
    answer = linreg("count", path, "--all-definitions", "--json").json
    assert answer["convex_pieces"] is None
    assert answer["undecided"] == {"convex_pieces": "between 5 and 6"}
    shown = linreg("count", path, "--all-definitions").out
    assert "not decided  between 5 and 6" in shown


def test_the_best_network_of_a_search_is_written(tmp_path: Path) -> None:
    path = tmp_path / "best.json"
    arguments = ("maximise", "--widths", "1,3,3", "--budget", 20, "-o", path)
    answer = linreg(*arguments, "--json").json
    assert (answer["regions"], answer["upper"], answer["complete"]) == (16, 16, True)
    assert linreg("count", path, "--json").json["activation_regions"] == 16
    done = linreg(*arguments)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == "best network   16 regions, counted exactly"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--widths", "2"),
        ("--widths", "2,0"),
        ("--widths", "2,3", "--budget", "0"),
        ("--widths", "2,3", "--seed", "x"),
        ("--widths", "2,3", "-o", "no-such-folder/best.json"),
    ],
)
def test_mistakes_about_a_search_are_one_line(arguments) -> None:
    assert linreg("maximise", *arguments).complaint


def test_a_search_that_could_not_be_kept_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linreg.cli.maximise.search_maximum", None)  # what is not called
    for name in ("best.txt", "none/best.json"):
        assert linreg("maximise", "--widths", "2,3", "-o", tmp_path / name).complaint


def test_an_interrupted_search_shows_the_best_network_so_far(monkeypatch) -> None:
    calls = []

    def interrupted(*arguments: object, **named: object) -> int:
        calls.append(arguments)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return count_regions(*arguments, **named)

    monkeypatch.setattr(maximum, "count_regions", interrupted)
    done = linreg("maximise", "--widths", "2,3,3", "--json")
    assert done.code == 3
    assert (done.json["counted"], done.json["complete"]) == (3, False)
    assert done.err == "linreg: interrupted, after 3 networks\n"


def test_a_search_that_is_interrupted_in_its_first_count_has_no_best_network(monkeypatch) -> None:
    seen = []

    def interrupted(*arguments: object, progress: Callable[[None], None]) -> int:
        progress(None)
        raise KeyboardInterrupt

    monkeypatch.setattr(maximum, "count_regions", interrupted)
    done = linreg("maximise", "--widths", "3,8,8")
    assert (done.code, done.out, done.err) == (3, "", "linreg: interrupted\n")
    with pytest.raises(KeyboardInterrupt):
        theory.search_maximum(3, [8, 8], progress=lambda now: seen.append(now.best.regions))
    assert seen == [0]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["shi"], "shi n was expected, 1 number after the name: got none"),
        (["shi", 2, 3], "shi n was expected, 1 number after the name: got 2"),
        (["zaslavsky", 2], "zaslavsky n m was expected, 2 numbers after the name: got 1"),
        (["folding", 2], "folding n0 w... was expected, 2 numbers or more after the name"),
        (["convolution", 1], "convolution C N... d k... was expected, 4 numbers or more"),
        (["convolution", 1, 2, 3, 4, 5], "convolution C N d k or convolution C H W d kh kw was"),
    ],
)
def test_a_family_says_which_numbers_it_takes(arguments: list[object], says: str) -> None:
    assert linreg("zoo", *arguments).complaint.startswith(says)


@pytest.mark.parametrize("name", zoo.CATALOGUE)
def test_a_family_of_huge_numbers_is_refused_at_once(name: str) -> None:
    numbers = [10**17] * len(zoo.CATALOGUE[name].parameters)
    assert linreg("zoo", name, *numbers).complaint


def test_one_of_something_is_told_as_one() -> None:
    done = linreg("maximise", "--widths", "1,1", "--budget", 1)
    assert "counted        1 network\n" in done.out
