"""The commands `certify` and `check`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from linreg.certificate import certify as certify_network
from linreg.checker import Verdict, check_verdict, is_verdict
from linreg.checker import check as check_certificate
from linreg.cli.codes import DONE, REFUTED, STOPPED
from linreg.cli.console import progress, show, show_json
from linreg.cli.exact_json import exact_list, point_text
from linreg.cli.json_answers import count_json, nothing_yet
from linreg.cli.options import (
    Decimal,
    DomainText,
    Json,
    NetworkFile,
    SliceFile,
    Strategy,
    Workers,
    network_and_domain,
)
from linreg.cli.verifying import Networks, networks_of
from linreg.cli.watch import Watch
from linreg.domains import Domain
from linreg.errors import BrokenInvariant
from linreg.files import check_writable
from linreg.network import Network
from linreg.questions.queries import network_of
from linreg.readers import domain_to_json, load_query
from linreg.report import count_table, domain_text
from linreg.run import Count, Options
from linreg.temporary import temporary_folder
from linreg.wording import counted


def certify(
    net: NetworkFile,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The certificate to write.")
    ],
    domain: DomainText = None,
    slice_: SliceFile = None,
    decimal: Decimal = False,
    graph: Annotated[
        bool, typer.Option("--graph", help="Prove the edges of the adjacency graph too.")
    ] = False,
    strategy: Strategy = "auto",
    workers: Workers = 1,
    as_json: Json = False,
) -> int:
    """Count the activation regions of a network, and write the proof of the count."""
    Options(strategy, workers)  # refused before anything is read
    check_writable(output, (net, domain, slice_))
    network, where = network_and_domain(net, domain, slice_, decimal)
    with Watch("certifying", nothing_yet(network, strategy)) as watch:
        certified = certify_network(
            network,
            output,
            where,
            graph=graph,
            strategy=strategy,
            workers=workers,
            progress=watch.report,
        )
        watch.found = certified.count
    if watch.was_stopped:
        if as_json:
            show_json(count_json(network, where, watch.found) | {"output": None})
        return STOPPED
    if as_json:
        answer = count_json(network, where, watch.found)
        show_json(
            answer | {"edges": certified.edges, "output": str(output), "bytes": certified.n_bytes}
        )
    else:
        show(count_table(watch.found, where, ()))
        each = certified.n_bytes / watch.found.regions
        size = counted(certified.n_bytes, "byte")
        show(f"written to {output}: {size}, {each:.0f} for each region")
    return DONE


def check(
    certificate: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A certificate of linreg certify, or of linreg verify --certify."
        ),
    ],
    net: NetworkFile,
    query: Annotated[
        Path | None,
        typer.Argument(metavar="[QUERY]", help="The query, where FILE proves a verdict on one."),
    ] = None,
    networks: Networks = None,
    domain: DomainText = None,
    slice_: SliceFile = None,
    decimal: Decimal = False,
    workers: Workers = 1,
    as_json: Json = False,
) -> int:
    """Check a certificate, and say what it proves or which of its claims is false."""
    if is_verdict(certificate):
        if query is None:
            raise typer.BadParameter(
                f"{certificate} proves a verdict on a query: give the query after the network"
            )
        if domain is not None or slice_ is not None:
            raise typer.BadParameter("--domain and --slice: the query says which inputs are meant")
        return _check_verdict(certificate, net, query, networks, decimal, as_json)
    if query is not None:
        raise typer.BadParameter(
            f"{certificate} is no certificate of a verdict, so that no query belongs to it"
        )
    network, where = network_and_domain(net, domain, slice_, decimal)
    with progress("checking") as bar:
        verdict = check_certificate(
            certificate,
            network,
            where,
            workers=workers,
            progress=bar,
        )
    if as_json:
        show_json(
            {
                "accepted": verdict.accepted,
                "activation_regions": verdict.regions,
                "regions_per_stage": list(verdict.regions_per_stage),
                "edges": verdict.edges,
                "fingerprint": network.fingerprint,
                "domain": domain_to_json(where),
                "claim": _sentence(verdict, network, where),
                "false_claim": verdict.false_claim,
            }
        )
    elif verdict.accepted:
        show(f"accepted: {_sentence(verdict, network, where)}")
    else:
        show(f"refused: {verdict.false_claim}")
    return DONE if verdict.accepted else REFUTED


def _check_verdict(
    certificate: Path,
    net: Path,
    query: Path,
    named: list[str] | None,
    decimal: bool,
    as_json: bool,
) -> int:
    """Check the proof of a verdict on a query."""
    asked = load_query(query)
    network = network_of(networks_of(net, asked, named, decimal), asked)
    with progress("checking") as bar:
        verdict = check_verdict(
            certificate,
            network,
            asked.alternatives,
            progress=bar,
        )
    said = "no input is unsafe" if verdict.verdict == "holds" else "an input is unsafe"
    claim = f"{verdict.verdict}: {said}, for the network {network.fingerprint[:16]} and {query}"
    if as_json:
        show_json(
            {
                "accepted": verdict.accepted,
                "verdict": verdict.verdict,
                "counterexample": exact_list(verdict.counterexample),
                "nodes": verdict.nodes,
                "fingerprint": network.fingerprint,
                "claim": claim,
                "false_claim": verdict.false_claim,
            }
        )
    elif verdict.accepted:
        show(f"accepted: {claim}")
        if verdict.counterexample is not None:
            show(f"counterexample: {point_text(verdict.counterexample)}")
    else:
        show(f"refused: {verdict.false_claim}")
    return DONE if verdict.accepted else REFUTED


def certified(network: Network, domain: Domain, found: Count, strategy: str, workers: int) -> Count:
    """A count whose evidence is "certified": a proof of it was written, checked and accepted.

    If that is interrupted, the count as it was.
    """
    with temporary_folder() as folder, Watch("certifying", found) as watch:
        path = folder / "proof"
        certify_network(
            network,
            path,
            domain,
            strategy=strategy,
            workers=workers,
            progress=lambda so_far: watch.tell(so_far.within(0, 2, "certifying")),
        )
        verdict = check_certificate(
            path,
            network,
            domain,
            workers=workers,
            progress=lambda so_far: watch.tell(so_far.within(1, 2, "checking")),
        )
        if not verdict.accepted or verdict.regions != found.regions:
            raise BrokenInvariant(
                f"the checker refuses the proof of the count ({verdict.false_claim}); please "
                "report this network"
            )
        found = replace(found, evidence="certified")
    return found


def _sentence(verdict: Verdict, network: Network, domain: Domain) -> str:
    """What was proved, or up to where."""
    stages = " → ".join(f"{cells:,}" for cells in verdict.regions_per_stage)
    growth = f" (by stage {stages})" if stages else ""
    edges = (
        ""
        if verdict.edges is None
        else ", and exactly 1 pair of them shares a facet"
        if verdict.edges == 1
        else f", and exactly {verdict.edges:,} pairs of them share a facet"
    )
    number = "exactly" if verdict.accepted else "at least"
    return (
        f"on {domain_text(domain)}, the network {network.fingerprint[:16]} has {number} "
        f"{counted(verdict.regions, 'activation region')}{growth}{edges}"
    )
