"""The networks on images in examples/, and the commands on them that docs/networks.md shows."""

from __future__ import annotations

import doctest
import json
import re
from pathlib import Path

import numpy as np
import pytest
from program import ROOT, linreg

import linreg as library

pytest.importorskip("onnx")

EXAMPLES = ROOT / "examples"
SECTION = re.search(
    r"^## Networks on images\n(.*?)(?=^## |\Z)",
    (ROOT / "docs" / "networks.md").read_text(),
    re.DOTALL | re.MULTILINE,
)


def commands() -> list[tuple[str, str]]:
    """The commands of the section, each with what it prints."""
    assert SECTION is not None
    consoles = re.findall(r"^```console\n(.*?)^```", SECTION[1], re.DOTALL | re.MULTILINE)
    found = []
    for console in consoles:
        for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            found.append((command, printed))
    return found


@pytest.mark.parametrize(("command", "printed"), commands(), ids=lambda text: text[:40])
def test_the_commands_on_images_print_what_the_page_shows(
    command: str, printed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "100")
    program, *arguments = command.split()
    assert program == "linreg"
    outcome = linreg(*arguments)
    assert outcome.code == 0
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.OutputChecker().check_output(printed, outcome.out + outcome.err, flags), (
        outcome.out
    )


def test_the_plane_goes_through_images_of_three_digits_that_both_networks_know() -> None:
    plane = json.loads((EXAMPLES / "digits-plane.json").read_text())
    origin = np.array(plane["origin"])
    images = np.array([origin, *(origin + np.array(vector) for vector in plane["basis"])])
    assert ((images >= 0) & (images <= 1)).all()
    for name in ("digits-mlp.json", "digits-cnn.onnx"):
        net = library.load(EXAMPLES / name)
        assert net.forward(images).argmax(axis=1).tolist() == [0, 1, 7]


@pytest.mark.parametrize("name", ["digits-mlp.json", "digits-cnn.onnx"])
def test_a_network_on_images_classifies_most_of_them(name: str) -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    bunch = datasets.load_digits()
    net = library.load(EXAMPLES / name)
    right = net.forward(bunch.data / 16).argmax(axis=1) == bunch.target
    assert right.mean() > 0.9


def test_an_onnx_file_converts_to_json_with_the_same_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    outcome = linreg("convert", EXAMPLES / "digits-cnn.onnx", path)
    assert outcome.code == 0
    assert library.load(path).fingerprint == library.load(EXAMPLES / "digits-cnn.onnx").fingerprint


def test_an_nnet_file_cannot_be_written() -> None:
    complaint = linreg("convert", EXAMPLES / "digits-mlp.json", "net.nnet").complaint
    assert complaint == (
        "net.nnet: .nnet files are read but not written; known are .json, .npz, .onnx"
    )
