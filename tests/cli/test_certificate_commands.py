"""The commands certify and check, and count --certify."""

from __future__ import annotations

from pathlib import Path

import pytest
from program import TRIANGLE, linreg, write


@pytest.fixture
def network(tmp_path: Path) -> Path:
    return write(tmp_path / "net.json", TRIANGLE)


@pytest.fixture
def proof(network: Path, tmp_path: Path) -> Path:
    path = tmp_path / "proof"
    assert linreg("certify", network, "-o", path, "--graph").code == 0
    return path


def test_three_lines_have_seven_regions_and_nine_edges_by_proof(network: Path, proof: Path) -> None:
    outcome = linreg("check", proof, network, "--json")
    assert (outcome.code, outcome.err) == (0, "")
    answer = outcome.json
    assert set(answer) == {
        "accepted",
        "activation_regions",
        "regions_per_stage",
        "edges",
        "fingerprint",
        "domain",
        "claim",
        "false_claim",
    }
    assert (answer["accepted"], answer["activation_regions"], answer["edges"]) == (True, 7, 9)
    assert answer["regions_per_stage"] == [7]
    assert answer["false_claim"] is None
    assert "exactly 7 activation regions" in answer["claim"]


def test_what_was_proved_is_said_in_a_sentence(network: Path, proof: Path) -> None:
    outcome = linreg("check", proof, network)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("accepted: on the whole space, R^2, the network ")
    assert "exactly 9 pairs of them share a facet" in outcome.out


def test_another_domain_is_another_claim(network: Path, proof: Path) -> None:
    outcome = linreg("check", proof, network, "--domain", "box:0,1")
    assert (outcome.code, outcome.err) == (1, "")
    assert outcome.out == (
        "refused: it is about another domain: all, and the one asked about is box:0,1; say the "
        "certificate's with --domain\n"
    )
    assert linreg("check", proof, network, "--domain", "all").code == 0


def test_a_damaged_certificate_is_a_bad_file(network: Path, proof: Path) -> None:
    proof.write_bytes(proof.read_bytes()[:-1])
    outcome = linreg("check", proof, network)
    assert "not a readable certificate" in outcome.complaint
    assert "No such file" in linreg("check", proof.with_name("x"), network).complaint


def test_a_certificate_goes_where_one_can_be_written(network: Path, tmp_path: Path) -> None:
    outcome = linreg("certify", network, "-o", tmp_path / "missing" / "proof")
    assert "there is no folder" in outcome.complaint
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.json"]


def test_evidence_is_certified_once_the_checker_has_accepted(network: Path) -> None:
    assert linreg("count", network, "--json").json["evidence"] == "exact"
    outcome = linreg("count", network, "--certify", "--json")
    assert (outcome.code, outcome.json["evidence"]) == (0, "certified")
    assert outcome.json["activation_regions"] == 7
    assert "7  (certified)" in linreg("count", network, "--certify").out


def test_a_count_that_stops_at_a_limit_is_not_certified(network: Path) -> None:
    outcome = linreg("count", network, "--certify", "--limit", 3, "--json")
    assert (outcome.code, outcome.json["evidence"]) == (3, "exact")
