"""Networks and domains as people have them mean what they mean when they are spelled out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import linreg
from linreg import Box, as_domain, as_network

CROSS = [([[1, 0], [0, 1], [1, 1]], [0, 0, -1]), ([[1, 1, 1]], [0])]
"""Three lines in general position, which make seven regions: Buck (1943)."""


def test_a_list_of_weights_is_a_network_with_relu_between_layers() -> None:
    net = as_network(CROSS)
    assert net.staged.fingerprint == linreg.mlp(CROSS[:1], CROSS[1]).staged.fingerprint
    assert linreg.count(CROSS).regions == 7
    assert linreg.count([(np.array(w), np.array(b)) for w, b in CROSS]).regions == 7


def test_a_path_is_the_network_and_the_domain_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    linreg.save(as_network(CROSS), path, Box([-1, -1], [-0.5, -0.5]))
    for given in (path, str(path)):
        assert linreg.count(given).regions == 1
        assert linreg.count(given, "all").regions == 7
        assert len(linreg.enumerate_regions(given)) == 1
        assert linreg.region_counts(given).activation_regions == 1
    assert linreg.count_into(path, tmp_path / "run").regions == 1
    assert linreg.certify(path, tmp_path / "proof").count.regions == 1


def test_a_torch_module_is_read_with_the_inputs_of_its_first_layer() -> None:
    torch = pytest.importorskip("torch")
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU())
    with torch.no_grad():
        module[0].weight.copy_(torch.tensor(CROSS[0][0]))
        module[0].bias.copy_(torch.tensor(CROSS[0][1]))
    assert linreg.count(module).regions == 7
    assert linreg.from_torch(module, 2).input_shape == (2,)
    with pytest.raises(linreg.InvalidNetwork, match="does not say what shape its input has"):
        as_network(torch.nn.Sequential(torch.nn.Conv1d(1, 1, 2)))


def test_a_fitted_estimator_is_a_network() -> None:
    neural = pytest.importorskip("sklearn.neural_network")
    model = neural.MLPRegressor(hidden_layer_sizes=(3,), random_state=0)
    model.partial_fit([[0.0, 0.0], [1.0, 1.0]], [0.0, 1.0])
    assert linreg.count(model).regions == linreg.count(linreg.from_sklearn(model)).regions
    with pytest.raises(linreg.InvalidNetwork, match="fitted"):
        linreg.count(neural.MLPRegressor())


def test_spellings_of_one_domain_agree(tmp_path: Path) -> None:
    file = tmp_path / "domain.json"
    file.write_text('{"type": "box", "lo": [-1, -1], "hi": [1, 1]}')
    box = Box([-1, -1], [1, 1])
    spelled = (
        "box:-1,1",
        "box:-1,-1:1,1",
        [[-1, 1], [-1, 1]],
        ((-1, 1), (-1, 1)),
        np.array([[-1.0, 1.0], [-1.0, 1.0]]),
        {"type": "box", "lo": [-1, -1], "hi": [1, 1]},
        file,
        str(file),
    )
    assert all(as_domain(domain, 2) == box for domain in spelled)
    assert as_domain(None, 2) == as_domain("all", 2) == linreg.WholeSpace(2)
    assert {linreg.count(CROSS, domain).regions for domain in spelled} == {
        linreg.count(CROSS, box).regions
    }
