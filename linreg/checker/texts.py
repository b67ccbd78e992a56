"""The first and the last text of a certificate: what it is about, and what it claims."""

from __future__ import annotations

from collections.abc import Mapping, Set

from linreg.checker.claims import FalseClaim
from linreg.checker.domains import spelled_domain
from linreg.checker.records import END, Records
from linreg.domains import Domain
from linreg.network import StagedNetwork

SLACK = 1 << 16
"""Bytes of a text besides what its length depends on."""


def check_header(records: Records, network: StagedNetwork, domain: Domain) -> bool:
    """Read the first text, which must be about this network and domain; whether it has facets."""
    asked = [[str(entry) for entry in row] for row in domain.rows()]
    header = records.text(SLACK + sum(len(text) + 4 for row in asked for text in row))
    _check_keys("header", header, {"fingerprint", "domain", "input_dim", "facets"})
    if header["fingerprint"] != network.fingerprint:
        raise FalseClaim(
            f"it is about another network, with fingerprint {header['fingerprint']!s:.80}"
        )
    if header["domain"] != asked:
        raise FalseClaim(
            f"it is about another domain: {spelled_domain(header['domain'])}, and the one asked "
            f"about is {spelled_domain(asked)}; say the certificate's with --domain"
        )
    if not _is_exactly(header["input_dim"], network.input_dim):
        raise FalseClaim(
            f"it says input_dim = {header['input_dim']!s:.80}, but the network has "
            f"{network.input_dim}"
        )
    if not isinstance(header["facets"], bool):
        raise FalseClaim(f"it says facets = {header['facets']!s:.80}, which is not true or false")
    return header["facets"]


def check_claim(records: Records, regions: int, cells: list[int], edges: int | None) -> None:
    """Read the last text, which must claim what was found, and see that nothing follows."""
    if records.byte() != END:
        raise FalseClaim("the tree is complete, but more records follow")
    claim = records.text(SLACK + 32 * len(cells))
    found: dict[str, object] = {
        "activation_regions": regions,
        "regions_per_stage": cells,
        "edges": edges,
    }
    _check_keys("claim", claim, found.keys())
    for name, value in found.items():
        if not _is_exactly(claim[name], value):
            raise FalseClaim(f"it claims {name} = {claim[name]!s:.80}, but it proves {value}")
    if not records.at_end():
        raise FalseClaim("more follows after the claim")


def _check_keys(what: str, document: Mapping[str, object], expected: Set[str]) -> None:
    if wrong := sorted(expected ^ document.keys()):
        is_there = wrong[0] in document
        raise FalseClaim(
            f"its {what} {'has a key' if is_there else 'lacks the key'} {wrong[0]!r:.80}"
        )


def _is_exactly(value: object, expected: object) -> bool:
    """Whether two values of JSON are the same, and not merely equal: 12.0 is no integer."""
    if type(value) is not type(expected):
        return False
    if isinstance(value, list) and isinstance(expected, list):
        return len(value) == len(expected) and all(map(_is_exactly, value, expected))
    return value == expected
