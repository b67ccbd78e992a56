"""What a certificate proves, and that nothing else is accepted."""

from __future__ import annotations

import hashlib
import io
import json
import random
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from generators import problems
from golden_networks import Case, cases
from hypothesis import given

import linreg
from linreg.certificate.encoding import integer, unsigned
from linreg.checker import claims
from linreg.checker.records import Records
from linreg.kernel.data.records import CUT, REGION
from linreg.oracle import brute_force_edges, brute_force_patterns

MAGIC = b"linreg-certificate-3\n"
BEFORE = b"linreg-certificate-2\n"
SMALL = [
    case
    for name in ("golden", "nasty")
    for case in cases(name)
    if case.expected["activation_regions"] <= 400
]
TINY = [
    case
    for case in SMALL
    if case.name
    in {
        "duplicates_and_dead_units",
        "simplex_domain",
        "one_flip_not_adjacent",
        "residual_fold_1d",
        "telgarsky_L3_allR",
    }
]
# Of x, -x, 0 and of y, -y, x - 1, one candidate each never wins, or not everywhere.
TINY.append(
    Case(
        "candidates_that_lose",
        {
            "input_shape": [2],
            "layers": [
                {
                    "type": "maxout",
                    "weight": [[[1, 0], [-1, 0], [0, 0]], [[0, 1], [0, -1], [1, 0]]],
                    "bias": [[0, 0, 0], [0, 0, -1]],
                },
            ],
            "domain": {"type": "all"},
        },
    )
)


def content_of(path: Path) -> bytes:
    return zlib.decompress(path.read_bytes()[len(MAGIC) : -32])


def signed(content: bytes) -> bytes:
    """A certificate with this content, whose digest fits."""
    body = MAGIC + zlib.compress(content)
    return body + hashlib.sha256(body).digest()


def outcome(path: Path, content: bytes, case: Case) -> linreg.Verdict | None:
    """The verdict on a certificate with this content; None if it is no readable certificate."""
    path.write_bytes(signed(content))
    try:
        return linreg.check(path, case.network, case.domain)
    except linreg.UnreadableFile:
        return None


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return tmp_path / "proof"


@pytest.mark.parametrize(
    ("strategy", "with_graph"),
    [("highs", False), ("highs", True), ("compiled", False), ("compiled", True)],
    ids=["highs", "graph", "compiled", "compiled graph"],
)
@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)
def test_every_known_count_can_be_proved(
    case: Case, strategy: str, with_graph: bool, certificate: Path
) -> None:
    """Expected numbers: the golden networks."""
    linreg.certify(case.network, certificate, case.domain, graph=with_graph, strategy=strategy)
    verdict = linreg.check(certificate, case.network, case.domain)
    assert verdict.false_claim is None
    assert verdict.regions == case.expected["activation_regions"]
    if with_graph and "dual_edges" in case.expected:
        assert verdict.edges == case.expected["dual_edges"]


@given(problem=problems())
def test_what_is_proved_is_what_brute_force_counts(
    problem: tuple[linreg.Network, linreg.Domain], tmp_path_factory: pytest.TempPathFactory
) -> None:
    network, domain = problem
    certificate = tmp_path_factory.mktemp("certificates") / "proof"
    linreg.certify(network, certificate, domain, graph=True)
    verdict = linreg.check(certificate, network, domain)
    assert verdict.accepted
    assert verdict.regions == len(brute_force_patterns(network, domain))
    assert verdict.edges == len(brute_force_edges(network, domain))


@pytest.mark.parametrize("case", TINY, ids=lambda case: case.name)
def test_no_changed_byte_makes_another_count_true(case: Case, certificate: Path) -> None:
    """A changed point may still lie inside, or beyond a facet; nothing else is accepted."""
    linreg.certify(case.network, certificate, case.domain, graph=True)
    content = content_of(certificate)
    truth = linreg.check(certificate, case.network, case.domain)
    changed = certificate.with_name("changed")
    refused = 0
    for place in range(len(content)):
        for value in (content[place] ^ 1, (content[place] + 2) % 256):
            verdict = outcome(
                changed, content[:place] + bytes((value,)) + content[place + 1 :], case
            )
            if verdict is None or not verdict.accepted:
                refused += 1
            else:
                assert (verdict.regions, verdict.edges) == (truth.regions, truth.edges)
    assert 2 * refused > len(content)


@pytest.mark.parametrize("case", TINY, ids=lambda case: case.name)
def test_no_removed_or_repeated_or_moved_bytes_make_another_count_true(
    case: Case, certificate: Path
) -> None:
    linreg.certify(case.network, certificate, case.domain, graph=True)
    content = content_of(certificate)
    truth = linreg.check(certificate, case.network, case.domain)
    changed = certificate.with_name("changed")
    draw = random.Random(0)
    for _ in range(100):
        first, last = sorted(draw.sample(range(len(content) + 1), 2))
        piece = content[first : min(last, first + 40)]
        rest = content[first + len(piece) :]
        for mutated in (
            content[:first] + rest,
            content[:first] + piece + piece + rest,
            content[:first] + rest + piece,
            content[:first] + draw.randbytes(len(piece)) + rest,
            content[:first],
        ):
            if mutated == content:
                continue
            verdict = outcome(changed, mutated, case)
            if verdict is not None and verdict.accepted:
                assert (verdict.regions, verdict.edges) == (truth.regions, truth.edges)


@pytest.mark.parametrize("case", TINY, ids=lambda case: case.name)
def test_every_changed_byte_of_the_file_is_refused_by_its_digest(
    case: Case, certificate: Path
) -> None:
    linreg.certify(case.network, certificate, case.domain)
    data = certificate.read_bytes()
    for place in range(len(data)):
        certificate.write_bytes(data[:place] + bytes((data[place] ^ 0x10,)) + data[place + 1 :])
        with pytest.raises(linreg.UnreadableFile):
            linreg.check(certificate, case.network, case.domain)


@pytest.mark.parametrize("name", ["activation_regions", "regions_per_stage", "edges"])
def test_a_forged_claim_is_named(name: str, certificate: Path) -> None:
    case = TINY[0]
    linreg.certify(case.network, certificate, case.domain, graph=True)
    content = content_of(certificate)
    start = content.rindex(b'{"activation_regions"')
    claim = json.loads(content[start:])
    claim[name] = [9] if name == "regions_per_stage" else 9
    text = json.dumps(claim, sort_keys=True, separators=(",", ":")).encode()
    verdict = outcome(certificate, content[: start - 1] + bytes((len(text),)) + text, case)
    assert verdict is not None
    assert not verdict.accepted
    assert name in str(verdict.false_claim)


NET = linreg.mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
"""Three lines in general position: seven regions."""


def proved(certificate: Path, *, graph: bool = True) -> bytes:
    linreg.certify(NET, certificate, graph=graph)
    return content_of(certificate)


def with_text(content: bytes, which: str, text: bytes) -> bytes:
    """The content with another header, or another claim."""
    length = unsigned(len(text))
    if which == "header":
        return length + text + content[content.index(b"}") + 1 :]
    return content[: content.rindex(b"{") - 1] + length + text


def text_of(content: bytes, which: str) -> str:
    place = content.index if which == "header" else content.rindex
    start = place(b"{")
    return content[start : content.index(b"}", start) + 1].decode()


def test_a_file_of_the_version_before_is_read(certificate: Path) -> None:
    """Its records are those that there are now."""
    body = BEFORE + zlib.compress(proved(certificate))
    certificate.write_bytes(body + hashlib.sha256(body).digest())
    assert linreg.check(certificate, NET).regions == 7
    certificate.write_bytes(body.replace(b"-2", b"-1") + hashlib.sha256(body).digest())
    with pytest.raises(linreg.UnreadableFile, match="its first line is not linreg-certificate-3"):
        linreg.check(certificate, NET)


CHANGES = {
    "a count as a float": (
        "claim",
        '"activation_regions":7',
        '"activation_regions":7.0',
        "activation_regions = 7.0",
    ),
    "a count with an exponent": (
        "claim",
        '"activation_regions":7',
        '"activation_regions":7e0',
        "activation_regions = 7.0",
    ),
    "a count as a string": (
        "claim",
        '"activation_regions":7',
        '"activation_regions":"7"',
        "activation_regions = 7",
    ),
    "a float in a list": ("claim", "[7]", "[7.0]", "regions_per_stage = [7.0]"),
    "a boolean in a list": ("claim", "[7]", "[true]", "regions_per_stage = [True]"),
    "a list that is longer": ("claim", "[7]", "[7,7]", "regions_per_stage = [7, 7]"),
    "a number for a list": ("claim", "[7]", "7", "regions_per_stage = 7"),
    "edges as a float": ("claim", '"edges":9', '"edges":9.0', "edges = 9.0"),
    "edges left out": ("claim", '"edges":9,', "", "lacks the key 'edges'"),
    "edges as null": ("claim", '"edges":9', '"edges":null', "edges = None"),
    "another key": ("claim", "{", '{"also":1,', "claim has a key 'also'"),
    "a key twice": ("claim", "{", '{"edges":8,', "has a key twice"),
    "NaN": ("claim", '"edges":9', '"edges":NaN', "is not JSON"),
    "another key at the top": ("header", "{", '{"also":1,', "header has a key 'also'"),
    "a key twice at the top": ("header", "{", '{"facets":false,', "has a key twice"),
    "facets as a number": ("header", '"facets":true', '"facets":1', "facets = 1"),
    "facets as text": ("header", '"facets":true', '"facets":"true"', "facets = true"),
    "facets left out": ("header", '"facets":true,', "", "lacks the key 'facets'"),
    "inputs as a float": ("header", '"input_dim":2', '"input_dim":2.0', "input_dim = 2.0"),
    "inputs that are others": ("header", '"input_dim":2', '"input_dim":3', "input_dim = 3"),
    "inputs left out": ("header", ',"input_dim":2', "", "lacks the key 'input_dim'"),
    "a domain that is null": ("header", '"domain":[]', '"domain":null', "another domain"),
}


@pytest.mark.parametrize(("which", "old", "new", "says"), CHANGES.values(), ids=CHANGES)
def test_a_text_says_what_the_page_asks_for_and_nothing_else(
    which: str, old: str, new: str, says: str, certificate: Path
) -> None:
    content = proved(certificate)
    text = text_of(content, which)
    assert old in text
    certificate.write_bytes(signed(with_text(content, which, text.replace(old, new, 1).encode())))
    try:
        verdict = linreg.check(certificate, NET)
    except linreg.UnreadableFile as refusal:
        said = str(refusal)
    else:
        assert not verdict.accepted
        said = str(verdict.false_claim)
    assert says in said


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_texts_are_utf_8(encoding: str, certificate: Path) -> None:
    content = proved(certificate)
    changed = with_text(content, "claim", text_of(content, "claim").encode(encoding))
    certificate.write_bytes(signed(changed))
    with pytest.raises(linreg.UnreadableFile, match="not JSON"):
        linreg.check(certificate, NET)


def test_white_space_in_a_text_means_nothing(certificate: Path) -> None:
    content = proved(certificate)
    spaced = text_of(content, "claim").replace(",", " ,\n ").encode()
    certificate.write_bytes(signed(with_text(content, "claim", spaced)))
    assert linreg.check(certificate, NET).accepted


@pytest.mark.parametrize(
    "more", [b"\0", b"x" * 100_000, zlib.compress(b""), zlib.compress(b"more")], ids=len
)
def test_nothing_stands_between_the_compressed_stream_and_the_digest(
    more: bytes, certificate: Path
) -> None:
    body = MAGIC + zlib.compress(proved(certificate)) + more
    certificate.write_bytes(body + hashlib.sha256(body).digest())
    with pytest.raises(linreg.UnreadableFile, match="bytes follow"):
        linreg.check(certificate, NET)


@pytest.mark.parametrize("missing", range(1, 8))
def test_a_compressed_stream_has_its_end(missing: int, certificate: Path) -> None:
    """The last four bytes are its own checksum; all records can be read without them."""
    body = MAGIC + zlib.compress(proved(certificate))[:-missing]
    certificate.write_bytes(body + hashlib.sha256(body).digest())
    with pytest.raises(linreg.UnreadableFile, match="ends too early"):
        linreg.check(certificate, NET)


@pytest.mark.parametrize("wbits", [-15, 31], ids=["deflate", "gzip"])
def test_compression_is_that_of_zlib(wbits: int, certificate: Path) -> None:
    body = MAGIC + zlib.compress(proved(certificate), wbits=wbits)
    certificate.write_bytes(body + hashlib.sha256(body).digest())
    with pytest.raises(linreg.UnreadableFile, match="compression is broken"):
        linreg.check(certificate, NET)


def test_content_after_the_claim_is_a_false_claim(certificate: Path) -> None:
    certificate.write_bytes(signed(proved(certificate) + b"\0"))
    assert "more follows" in str(linreg.check(certificate, NET).false_claim)


def records(data: bytes) -> Records:
    body = signed(data)
    return Records("proof", io.BytesIO(body))


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 2**62, 2**63 - 1])
def test_a_number_is_read_as_it_is_written_and_in_no_more_bytes(number: int) -> None:
    data = unsigned(number)
    assert records(data).unsigned() == number
    longer = data[:-1] + bytes((data[-1] | 0x80, 0))
    with pytest.raises(linreg.UnreadableFile):
        records(longer).unsigned()


@pytest.mark.parametrize("number", [2**63, 2**64, 2**70 - 1])
def test_a_number_of_64_bits_is_refused(number: int) -> None:
    with pytest.raises(linreg.UnreadableFile, match="more than 63 bits"):
        records(unsigned(number)).unsigned()


@pytest.mark.parametrize("number", [0, 1, -1, 127, -127, -128, 128, -(2**63), 2**64, -(3**50)])
def test_an_integer_is_read_as_it_is_written_and_in_no_more_bytes(number: int) -> None:
    data = integer(number)
    assert records(data).integer() == number
    size = data[0] + 1
    with pytest.raises(linreg.UnreadableFile, match="in more bytes than it takes"):
        records(bytes((size,)) + number.to_bytes(size, "little", signed=True)).integer()


def test_a_certificate_is_about_one_network_and_one_domain(certificate: Path) -> None:
    weights = [[1, 0], [0, 1], [1, 1]]
    net = linreg.mlp([(weights, [0, 0, -1])])
    other = linreg.mlp([(weights, [0, 0, -2])])
    box = linreg.Box([0, 0], [1, 1])
    linreg.certify(net, certificate, box)
    assert linreg.check(certificate, net, box).accepted
    assert "another network" in str(linreg.check(certificate, other, box).false_claim)
    assert "another domain" in str(linreg.check(certificate, net).false_claim)
    assert "another domain" in str(
        linreg.check(certificate, net, linreg.Box([0, 0], [1, 2])).false_claim
    )


def test_a_false_claim_is_named_with_its_place_in_the_tree(certificate: Path) -> None:
    """The certificate of three lines, relabelled as one of two that cross at another point."""
    net = linreg.mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, -1])])
    other = linreg.mlp([([[1, 0], [0, 1], [1, 1]], [0, 0, 1])])
    linreg.certify(net, certificate)
    content = content_of(certificate).replace(net.fingerprint.encode(), other.fingerprint.encode())
    certificate.write_bytes(signed(content))
    verdict = linreg.check(certificate, other)
    assert not verdict.accepted
    assert "at the domain, stage 1" in str(verdict.false_claim)


def test_bytes_that_are_no_certificate_are_refused_in_bounded_memory(certificate: Path) -> None:
    net = linreg.mlp([([[1]], [0])])
    draw = random.Random(0)
    long_number = b"\xff" * (1 << 18) + b"\x00"
    for content in (
        b"",
        b"\x00",
        draw.randbytes(300),
        long_number,
        b"\xff\xff\xff\xff\x7f" + b"{}",
        b"\x02[]",
        b"\x02{}",
        b"\xc0\x3e" + b"[" * 8000,
    ):
        certificate.write_bytes(signed(content))
        with suppress(linreg.UnreadableFile):
            assert not linreg.check(certificate, net).accepted
    for data in (b"", MAGIC, MAGIC + b"x", MAGIC + b"x" * 40, b"something else\n" * 10):
        certificate.write_bytes(data)
        with pytest.raises(linreg.UnreadableFile):
            linreg.check(certificate, net)
    with pytest.raises(linreg.UnreadableFile):
        linreg.check(certificate.with_name("missing"), net)


@pytest.mark.parametrize("denominator", [0, -1, -(1 << 100_000)], ids=["zero", "-1", "huge"])
def test_a_point_whose_denominator_is_not_positive_is_named(
    denominator: int, certificate: Path
) -> None:
    """Integers of more than 4,300 digits have no decimal text in Python."""
    net = linreg.mlp([([[1]], [0])])
    linreg.certify(net, certificate)
    content = content_of(certificate)
    header = content[: content.index(b"}") + 1]
    tree = bytes((CUT, 0, REGION)) + integer(denominator) + integer(1)
    certificate.write_bytes(signed(header + tree))
    verdict = linreg.check(certificate, net)
    assert "a denominator that is not positive" in str(verdict.false_claim)


def test_a_stream_that_expands_without_end_is_read_a_little_at_a_time(certificate: Path) -> None:
    """A thousand bytes of zeros for each byte of the file: the first record is no text."""
    net = linreg.mlp([([[1]], [0])])
    certificate.write_bytes(signed(b"\x00" * (1 << 26)))
    with pytest.raises(linreg.UnreadableFile):
        linreg.check(certificate, net)


@pytest.mark.parametrize(
    ("form", "rows", "multipliers"),
    [
        pytest.param((1, -1), [(1, 0)], (1, {0: 1}), id="the constant is negative"),
        pytest.param((2, 0), [(1, 0)], (1, {0: 1}), id="a gradient is left"),
        pytest.param((1, 0), [(1, 0)], (0, {}), id="the denominator is zero"),
        pytest.param((-1, 0), [(1, 0)], (1, {0: -1}), id="a multiplier is negative"),
    ],
)
def test_a_wrong_proof_proves_nothing(
    form: tuple[int, ...], rows: list[tuple[int, ...]], multipliers: tuple[int, dict[int, int]]
) -> None:
    assert not claims.is_non_negative(form, rows, multipliers)


def test_two_processes_accept_and_refuse_what_one_does(certificate: Path) -> None:
    case = next(case for case in SMALL if case.name == "zaslavsky_n2_m5")
    linreg.certify(case.network, certificate, case.domain, graph=True)
    alone = linreg.check(certificate, case.network, case.domain)
    assert linreg.check(certificate, case.network, case.domain, workers=2) == alone
    content = content_of(certificate)
    for place in range(len(content) // 2, len(content) // 2 + 12):
        certificate.write_bytes(
            signed(content[:place] + bytes((content[place] ^ 1,)) + content[place + 1 :])
        )
        try:
            one = linreg.check(certificate, case.network, case.domain)
        except linreg.UnreadableFile:
            continue
        two = linreg.check(certificate, case.network, case.domain, workers=2)
        assert two.accepted == one.accepted


def test_a_proof_shared_out_to_processes_is_the_same_file(certificate: Path) -> None:
    case = next(case for case in cases("golden") if case.name == "threshold_functions_n4")
    linreg.certify(case.network, certificate, case.domain, strategy="highs")
    alone = certificate.read_bytes()
    linreg.certify(case.network, certificate, case.domain, strategy="highs", workers=2)
    assert certificate.read_bytes() == alone
