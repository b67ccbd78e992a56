"""Points of regions in a certificate: floats accept the most, integers decide about the others."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import pytest

import linreg
from linreg.certificate.encoding import integer
from linreg.checker.inside import Inside
from linreg.kernel.data.records import CUT, REGION

MAGIC = b"linreg-certificate-3\n"
NET = linreg.mlp([([[1]], [0])])
"""Two regions, x < 0 and x > 0."""


def region(denominator: bytes, numerator: bytes) -> bytes:
    return bytes((REGION,)) + denominator + numerator


def outcome(path: Path, below: bytes, above: bytes) -> linreg.Verdict:
    """The verdict on a certificate whose tree has these two regions."""
    linreg.certify(NET, path)
    content = zlib.decompress(path.read_bytes()[len(MAGIC) : -32])
    header = content[: content.index(b"}") + 1]
    claim = content[content.rindex(b"{") - 2 :]
    body = MAGIC + zlib.compress(header + bytes((CUT, 0)) + below + above + claim)
    path.write_bytes(body + hashlib.sha256(body).digest())
    return linreg.check(path, NET)


MINUS_ONE = region(integer(1), integer(-1))

INSIDE = {
    "one": (1, 1),
    "the least float": (2**1074, 1),
    "beyond all floats": (1, 10**400),
    "of 64 bits": (1, 2**63 - 1),
    "of 65 bits": (2**64 - 1, 2**64),
    "of a long denominator": (3**2000, 1),
}


@pytest.mark.parametrize(("denominator", "numerator"), INSIDE.values(), ids=INSIDE)
def test_a_point_of_any_size_inside_its_region_is_accepted(
    denominator: int, numerator: int, tmp_path: Path
) -> None:
    above = region(integer(denominator), integer(numerator))
    assert outcome(tmp_path / "proof", MINUS_ONE, above).accepted
    below = region(integer(denominator), integer(-numerator))
    assert outcome(tmp_path / "proof", below, region(integer(1), integer(1))).accepted


@pytest.mark.parametrize("numerator", [0, -1, -(2**63), -(10**400)], ids=str)
def test_a_point_on_the_edge_or_beyond_is_refused(numerator: int, tmp_path: Path) -> None:
    verdict = outcome(tmp_path / "proof", MINUS_ONE, region(integer(1), integer(numerator)))
    assert not verdict.accepted
    assert "strictly inside it; at the domain, stage 1, +0" in str(verdict.false_claim)
    assert verdict.regions == 1


def test_the_first_false_claim_is_named_though_points_are_put_off(tmp_path: Path) -> None:
    """Both points are false, and so is the claim after them."""
    wrong = region(integer(1), integer(0))
    verdict = outcome(tmp_path / "proof", wrong, region(integer(0), integer(0)) + bytes((9,)))
    assert "strictly inside it; at the domain, stage 1, -0" in str(verdict.false_claim)
    assert verdict.regions == 0


@pytest.mark.parametrize(
    "longer",
    [
        b"\x01\x00",
        b"\x02\x01\x00",
        b"\x02\xff\xff",
        b"\x08" + (2**55 - 1).to_bytes(8, "little"),  # whose float is 2^55
    ],
)
def test_numerators_of_points_take_no_more_bytes_than_they_need(
    longer: bytes, tmp_path: Path
) -> None:
    with pytest.raises(linreg.UnreadableFile, match="in more bytes than it takes"):
        outcome(tmp_path / "proof", MINUS_ONE, region(integer(1), longer))


def test_floats_leave_open_what_rounding_could_decide() -> None:
    """At x = 1 the rows x, x - 1 and (10^30 + 1) x - 10^30 are 1, 0 and 1."""
    point = integer(1) + integer(1)
    far, edge, near = (1, 0), (1, -1), (10**30 + 1, -(10**30))
    left = {}
    for row in (far, edge, near, (10**400, 0)):
        cell: Inside[str] = Inside([row])
        cell.claim(point, "x")
        left[row] = [about for *_, about in cell.doubtful()]
    assert left == {far: [], edge: ["x"], near: ["x"], (10**400, 0): ["x"]}


def test_a_cell_that_was_left_keeps_its_rows_for_its_points() -> None:
    """x > 0, then x > 0 and x < 2, then x > 0 and x > 2: the point 1 is not in the last."""
    cell: Inside[int] = Inside([(1, 0)])
    point = integer(1) + integer(1)
    for number, row in enumerate([(-1, 2), (1, -2), (-1, 2)]):
        cell.move(1, [row])
        assert not cell.claim(point, number)
    assert [(rows, number) for _, rows, _, _, number in cell.doubtful()] == [([(1, 0), (1, -2)], 1)]
    assert not list(cell.doubtful())


def test_sums_of_many_terms_are_left_to_integers() -> None:
    """The bound of rounding is proved for sums of 4,000 terms."""
    for n_inputs, left in ((3999, 0), (4000, 1)):
        cell: Inside[int] = Inside([(1,) * (n_inputs + 1)])
        cell.claim(integer(1) * (n_inputs + 1), 0)
        assert len(list(cell.doubtful())) == left
