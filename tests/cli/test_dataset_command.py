"""The command `dataset`: what it prints, and one line for each mistake in a specification."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from dataset_specs import rows
from program import Outcome, linreg

from linreg.cli.dataset import _duration, _rest
from linreg.datasets import EXAMPLE, DatasetProgress, plan, spec_of, trained
from linreg.datasets.folder import Folder

HEAD = 'name = "test"\nseed = 0\n'
DENSE = '[[drawn]]\nname = "dense"\ninputs = 2\nwidths = [3]\ninit = "he"\n'
LAYERS = '[[drawn]]\nname = "own"\ninput_shape = [1, 4]\ninit = "he"\nlayers = '
TRAINED = '[[trained]]\nname = "net"\ndata = "iris"\nwidths = [3]\nepochs = 1\n'


def asked(text: str, folder: Path) -> Outcome:
    """What is said of a specification."""
    (folder / "spec.toml").write_text(text, encoding="utf-8")
    return linreg("dataset", folder / "spec.toml", "-o", folder / "made")


# What a specification says, and what the line says.
MISTAKES: dict[str, tuple[str, str]] = {
    "no name": ("seed = 0\n" + DENSE, "key 'name' is missing"),
    "no seed": ('name = "test"\n' + DENSE, "key 'seed' is missing"),
    "a negative seed": ('name = "test"\nseed = -1\n' + DENSE, "seed: a whole number of at least 0"),
    "no networks": (HEAD, "there are no networks: add a table [[drawn]], [[trained]] or [[given]]"),
    "an unknown key": (HEAD + "sede = 1\n" + DENSE, "unknown key 'sede'; did you mean 'seed'?"),
    "an unknown kind of table": (
        HEAD + DENSE.replace("drawn", "draw"),
        "unknown key 'draw'; did you mean 'drawn'?",
    ),
    "an unknown key of a family": (
        HEAD + DENSE.replace("widths", "width_s"),
        "drawn 'dense': unknown key 'width_s'; did you mean 'widths'?",
    ),
    "an unknown key of the truth": (
        HEAD + "[truth]\nlimits = 3\n" + DENSE,
        "truth: unknown key 'limits'; did you mean 'limit'?",
    ),
    "a negative width": (
        HEAD + DENSE.replace("[3]", "[3, -4]"),
        "drawn 'dense': widths[1]: a whole number from 1 to 1,000,000 was expected, got -4",
    ),
    "a width that is none": (
        HEAD + DENSE.replace("[3]", "[[3], [2.5]]"),
        "widths[1][0]: a whole number from 1 to 1,000,000 was expected, got 2.5",
    ),
    "no widths at all": (HEAD + DENSE.replace("[3]", "[]"), "widths: a list of at least one"),
    "an unknown initialiser": (
        HEAD + DENSE.replace('"he"', '"glorrot"'),
        "drawn 'dense': init: unknown 'glorrot'; did you mean 'glorot'?",
    ),
    "an initialiser of another library": (
        HEAD + DENSE.replace('"he"', '["he", "kaiming"]'),
        "init[1]: unknown 'kaiming'; known are: he, glorot, lecun, orthogonal",
    ),
    "an activation that is not piecewise linear": (
        HEAD + DENSE + 'activation = "tanh"\n',
        "drawn 'dense': activation: 'tanh' is not piecewise linear, so the network has no finite "
        "set of linear regions; use hardtanh instead",
    ),
    "a layer that is not piecewise linear": (
        HEAD + LAYERS + '[{type = "linear", outputs = 2}, {type = "Sigmoid"}]\n',
        "drawn 'own': layer 2 (Sigmoid): 'Sigmoid' is not piecewise linear",
    ),
    "an unknown activation": (
        HEAD + DENSE + 'activation = ["relu", "leaky_rel"]\n',
        "activation[1]: unknown type 'leaky_rel'; did you mean 'leaky_relu'?",
    ),
    "an activation without its parameter": (
        HEAD + DENSE + 'activation = "leaky_relu"\n',
        "activation: key 'alpha' is missing",
    ),
    "a maximum without its rank": (
        HEAD + DENSE + 'activation = "maxout"\n',
        "activation: key 'rank' is missing",
    ),
    "a misspelt key of an activation": (
        HEAD + DENSE + 'activation = {type = "leaky_relu", alfa = 1}\n',
        "activation: unknown key 'alfa'; did you mean 'alpha'?",
    ),
    "an unknown law of biases": (
        HEAD + DENSE + 'bias = "zeros"\n',
        "bias: unknown 'zeros'; did you mean 'zero'?",
    ),
    "a scale of nothing": (HEAD + DENSE + "scale = [1, 0]\n", "scale[1]: a positive number was"),
    "a scale that is not a number": (HEAD + DENSE + "scale = nan\n", "scale: a positive number"),
    "the same alternative twice": (
        HEAD + DENSE.replace("[3]", "[[3], [4], [3]]"),
        "widths[2]: this alternative stands there twice",
    ),
    "two families of one name": (HEAD + DENSE + DENSE, "name 'dense' stands at two families"),
    "a name with blanks": (
        HEAD + DENSE.replace('"dense"', '"my nets"'),
        "name: letters, digits, _ and - were expected, got 'my nets'",
    ),
    "widths twice": (HEAD + DENSE + "width = 3\n", "widths: stands for width and depth"),
    "layers without a shape": (
        HEAD + '[[drawn]]\nname = "own"\ninit = "he"\nlayers = [{type = "relu"}]\n',
        "drawn 'own': key 'input_shape' is missing",
    ),
    "layers and widths": (
        HEAD + LAYERS + '[{type = "relu"}]\nwidths = [3]\n',
        "widths: stands for layers, which are given too",
    ),
    "a shape without layers": (HEAD + DENSE + "input_shape = [2]\n", "goes with layers"),
    "a layer that nobody knows": (
        HEAD + LAYERS + '[{type = "liner", outputs = 2}]\n',
        "layer 1 (liner): unknown type 'liner'; did you mean 'linear'?",
    ),
    "a convolution without filters": (
        HEAD + LAYERS + '[{type = "conv1d", kernel = 2}]\n',
        "layer 1 (conv1d): key 'filters' is missing",
    ),
    "a convolution of the wrong axes": (
        HEAD + LAYERS + '[{type = "conv2d", filters = 1, kernel = 2}]\n',
        "layer 1 (conv2d): an input of 3 axes, channels first, was expected, got shape [1, 4]",
    ),
    "a kernel that is too large": (
        HEAD + LAYERS + '[{type = "conv1d", filters = 1, kernel = 9}]\n',
        "drawn 'own': layer 1 (conv1d): ",
    ),
    "groups that do not divide": (
        HEAD + LAYERS + '[{type = "conv1d", filters = 3, kernel = 1, groups = 2}]\n',
        "groups: 2 does not divide 1 channel and 3 filters",
    ),
    "a misspelt key of a layer": (
        HEAD + LAYERS + '[{type = "linear", output = 2}]\n',
        "layer 1 (linear): unknown key 'output'; did you mean 'outputs'?",
    ),
    "a mistake in a body": (
        HEAD + LAYERS + '[{type = "residual", body = [{type = "linear", outputs = -2}]}]\n',
        "layer 1 (residual): body: layer 1 (linear): outputs: a whole number of at least 1",
    ),
    "a body of another shape": (
        HEAD + LAYERS + '[{type = "residual", body = [{type = "linear", outputs = 3}]}]\n',
        "layer 1 (residual): body has shape [3]",
    ),
    "an unknown domain": (
        HEAD + DENSE + 'domain = "everything"\n',
        'domain: "all" or a table such as {type = "box", lo = -1, hi = 1} was expected',
    ),
    "a misspelt domain": (
        HEAD + DENSE + 'domain = {type = "boxx", lo = 0, hi = 1}\n',
        "drawn 'dense': domain: unknown type 'boxx'; did you mean 'box'?",
    ),
    "a flat domain": (
        HEAD + DENSE + 'domain = {type = "box", lo = 0, hi = 0}\n',
        "domain: box: lower must be below upper",
    ),
    "a domain of another dimension": (
        HEAD + DENSE + 'domain = {type = "box", lo = [0, 0, 0], hi = 1}\n',
        "domain: lo: one number or 2 were expected, got 3",
    ),
    "an empty domain": (
        HEAD + DENSE + 'domain = {type = "polytope", A = [[1, 0], [-1, 0]], b = [0, -1]}\n',
        "domain: the domain has no interior",
    ),
    "a limit of none": (HEAD + "[truth]\nlimit = 0\n" + DENSE, "truth: limit: a whole number of"),
    "details beyond the limit": (
        HEAD + "[truth]\nlimit = 5\ndetails = 6\n" + DENSE,
        "truth: details: at most the limit of 5 was expected",
    ),
    "a word for yes": (
        HEAD + '[truth]\ngraphs = "yes"\n' + DENSE,
        "truth: graphs: true or false was expected, got 'yes'",
    ),
    "an unknown strategy": (
        HEAD + '[truth]\nstrategy = "hihgs"\n' + DENSE,
        "truth: strategy: unknown 'hihgs'; did you mean 'highs'?",
    ),
    "points that fall": (
        HEAD + "[estimates]\npoints = [100, 10]\n" + DENSE,
        "estimates: points: increasing numbers were expected, got [100, 10]",
    ),
    "a share of nothing": (
        HEAD + "[splits]\ntrain = 1\ntest = 0\n" + DENSE,
        "splits: test: a positive number was expected, got 0",
    ),
    "a split that means all": (HEAD + "[splits]\nall = 1\n" + DENSE, "unknown key 'all'"),
    "a split that gets nothing": (
        HEAD + "[splits]\ntrain = 1\ntest = 0.000001\n" + DENSE,
        "splits: test: of 1 network none falls into it",
    ),
    "too many networks": (
        HEAD + DENSE + "samples = 2000000\n",
        "drawn 'dense': samples: at most 1,000,000 networks were expected",
    ),
    "unknown data": (
        HEAD + TRAINED.replace("iris", "iriss"),
        "trained 'net': data: unknown 'iriss'; did you mean 'iris'?",
    ),
    "features that the data lack": (
        HEAD + TRAINED + "features = [0, 4]\n",
        "trained 'net': features[1]: iris has features 0 to 3, got 4",
    ),
    "components that the data lack": (
        HEAD + TRAINED + "components = 5\n",
        "components: at most 4 were expected for iris, got 5",
    ),
    "a negative epoch": (
        HEAD + TRAINED.replace("epochs = 1", "epochs = [0, -1]"),
        "epochs[1]: a whole number of at least 0 was expected, got -1",
    ),
    "an unknown solver": (HEAD + TRAINED + 'solver = "sdg"\n', "did you mean 'sgd'?"),
    "a date": (HEAD + DENSE + "domain = {type = 2020-01-01}\n", "domain.type: a number, text"),
    "a depth that fills the memory": (
        HEAD + DENSE.replace("widths = [3]", "width = 3\ndepth = 10_000_000_000"),
        "depth: a whole number from 1 to 1,000 was expected, got 10000000000",
    ),
    "more weights than can be written": (
        HEAD + DENSE.replace("[3]", "[5_000, 5_000]"),
        "drawn 'dense': layer 3 (linear): at most 20,000,000 weights were expected",
    ),
    "more points than fit": (
        HEAD + "[estimates]\npoints = [100_000_000]\n" + DENSE,
        "estimates: points[0]: a whole number from 1 to 10,000,000 was expected",
    ),
    "a number of thousands of digits": (f"seed = {'9' * 5000}\n", "not TOML: "),
    "no TOML": ("name = = 2\n", "not TOML: "),
    "nothing": ("", "there are no networks"),
}


@pytest.mark.parametrize(("text", "line"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_answered_in_one_line_and_nothing_is_written(
    text: str, line: str, tmp_path: Path
) -> None:
    said = asked(text, tmp_path).complaint
    assert line in said
    assert not (tmp_path / "made").exists()


def test_a_specification_that_is_missing_is_named(tmp_path: Path) -> None:
    said = linreg("dataset", tmp_path / "none.toml", "-o", tmp_path / "made").complaint
    assert said.endswith("none.toml: there is no such file")


def test_what_is_missing_on_the_command_line_is_said(tmp_path: Path) -> None:
    assert "linreg dataset SPEC.toml -o FOLDER" in linreg("dataset").complaint
    assert "linreg dataset SPEC.toml -o FOLDER" in linreg("dataset", tmp_path / "a").complaint


def test_bytes_that_are_no_text_are_no_specification(tmp_path: Path) -> None:
    (tmp_path / "spec.toml").write_bytes(b"\xff\xfe\x00")
    said = linreg("dataset", tmp_path / "spec.toml", "-o", tmp_path / "made").complaint
    assert "not UTF-8 text (byte 0), so not a TOML file" in said


def test_training_without_scikit_learn_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trained, "find_spec", lambda _name: None)
    said = asked(HEAD + TRAINED, tmp_path).complaint
    assert said == (
        "trained 'net': training networks needs the extra sklearn: "
        "pip install 'linreg-exact[sklearn]'"
    )


def test_the_example_is_a_specification_of_every_kind_of_network() -> None:
    done = linreg("dataset", "--example")
    assert (done.code, done.out, done.err) == (0, EXAMPLE, "")
    assert linreg("dataset", "--example", "--json").json == {"example": EXAMPLE}
    made = plan(spec_of(EXAMPLE))
    assert {recipe.family for recipe in made} == {"dense", "one-convolution", "iris"}


SMALL = HEAD + "[truth]\nlimit = 8\ndetails = 6\n" + DENSE + "samples = 3\n"
"""Three lines: 7 regions; more than are compared, and not more than are counted."""


def test_the_answer_says_what_was_made(tmp_path: Path) -> None:
    done = asked(SMALL, tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "networks    3  (3 counted exactly)\n" in done.out
    assert "README.md there describes every column" in done.out
    again = linreg("dataset", tmp_path / "spec.toml", "-o", tmp_path / "made")
    assert "kept        3 from an earlier run\n" in again.out


def test_a_limit_is_part_of_the_question_and_its_rows_are_marked(tmp_path: Path) -> None:
    text = SMALL.replace("limit = 8\ndetails = 6", "limit = 5")
    done = asked(text, tmp_path)
    assert done.code == 0
    assert (
        "networks    3  (0 counted exactly, 3 up to the limit and marked as at least)" in done.out
    )
    found = rows(tmp_path / "made", "counts")
    assert [(row["activation_regions"], row["complete"]) for row in found] == [(5, False)] * 3


def test_the_answer_in_json_is_one_object(tmp_path: Path) -> None:
    (tmp_path / "spec.toml").write_text(SMALL)
    done = linreg("dataset", tmp_path / "spec.toml", "-o", tmp_path / "made", "--json")
    assert done.json == {
        "output": str(tmp_path / "made"),
        "complete": True,
        "networks": 3,
        "at_least": 0,
        "computed": 3,
        "digest": done.json["digest"],
    }
    assert len(done.json["digest"]) == 64


def test_networks_of_a_dataset_are_files_for_every_command(tmp_path: Path) -> None:
    asked(SMALL, tmp_path)
    for row in rows(tmp_path / "made", "networks"):
        counted = linreg("count", tmp_path / "made" / row["file"], "--json").json
        assert counted["activation_regions"] == 7
        assert counted["fingerprint"] == row["fingerprint"]
        assert counted["domain"] == json.loads(row["domain"])


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "1 s"), (59, "60 s"), (61, "2 min"), (3500, "59 min"), (5400, "1.5 h")],
)
def test_times_are_shown_to_two_digits(seconds: float, text: str) -> None:
    assert _duration(seconds) == text


def test_the_time_left_is_qualified_as_long_as_it_is_a_guess() -> None:
    """Nothing is known of networks that are unlike all those that are done."""
    assert _rest(DatasetProgress(1, 10, "networks", 10.0, 90.0, untimed=4)) == "perhaps 2 min left"
    assert _rest(DatasetProgress(5, 10, "networks", 90.0, 90.0, untimed=0)) == "about 2 min left"
    assert _rest(DatasetProgress(10, 10, "networks", 90.0, 0.0, untimed=0)) == "writing"


# Status


def test_status_says_how_far_a_dataset_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spec.toml").write_text(HEAD + DENSE + "samples = 3\n", encoding="utf-8")
    command = ("dataset", tmp_path / "spec.toml", "-o", tmp_path / "made")
    kept = Folder.commit

    def stopped(self: Folder, id: str, part: bytes, seconds: float) -> None:
        if len(self.committed) == 2:
            raise KeyboardInterrupt
        kept(self, id, part, seconds)

    with monkeypatch.context() as patched:
        patched.setattr(Folder, "commit", stopped)
        assert linreg(*command).code == 3
    answer = linreg("status", tmp_path / "made", "--json").json
    assert (answer["keeps"], answer["name"]) == ("dataset", "test")
    assert (answer["computed"], answer["networks"], answer["complete"]) == (2, 3, False)
    assert (answer["digest"], answer["incomplete"], answer["damage"]) == (None, None, [])
    assert "2 of 3 computed" in linreg("status", tmp_path / "made").out
    made = linreg(*command, "--json").json
    answer = linreg("status", tmp_path / "made", "--json").json
    assert (answer["computed"], answer["networks"], answer["complete"]) == (3, 3, True)
    assert (answer["digest"], answer["in_use"]) == (made["digest"], False)
    shown = linreg("status", tmp_path / "made")
    assert (shown.code, shown.err) == (0, "")
    assert made["digest"] in shown.out


@pytest.mark.parametrize(
    "name", ["SHA256SUMS", "spec.toml", "data/counts/train.parquet", "journal.jsonl"]
)
def test_status_names_a_file_of_a_dataset_that_was_changed(name: str, tmp_path: Path) -> None:
    assert asked(HEAD + DENSE, tmp_path).code == 0
    path = tmp_path / "made" / name
    path.write_bytes(b"\0" + path.read_bytes()[1:])
    outcome = linreg("status", tmp_path / "made", "--json")
    assert outcome.code == 1
    [damage] = outcome.json["damage"]
    assert str(path) in damage
    assert str(path) in "".join(linreg("status", tmp_path / "made").out.split())
    path.unlink()
    gone = linreg("status", tmp_path / "made", "--json")
    assert "there is no such file" in (gone.said if gone.code == 2 else gone.json["damage"][0])


def test_status_of_a_folder_that_is_none_of_ours_is_one_line(tmp_path: Path) -> None:
    for content in (None, "{", "[]", "{}", '{"format": "linreg-dataset-0"}'):
        if content is not None:
            (tmp_path / "run.json").write_text(content, encoding="utf-8")
        assert linreg("status", tmp_path).complaint
