"""What the page says in words and numbers: counts, growth, bounds, and how they are known."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from linreg.domains import Box
from linreg.network.stages import StagedNetwork
from linreg.pictures.palettes import BATLOW, BOUNDARY
from linreg.regions import Enumeration
from linreg.theory import ceilings
from linreg.units import MaxUnit
from linreg.wording import counted


def facts_of(regions: Enumeration, frame: Box, title: str) -> dict[str, Any]:
    """Everything about the regions that is no array."""
    from linreg.report import domain_text, whole_text  # loads rich

    problem, known = regions.problem, regions.counted
    network = problem.network
    return {
        "title": title,
        "inputs": network.input_dim,
        "outputs": network.readout.n_outputs,
        "stages": stages_of(network),
        "pieces": [unit.n_pieces for unit in network.units],
        "regions": len(regions),
        "complete": known.complete,
        "growth": [1, *known.regions_per_stage],
        "bounds": [
            {
                "title": bound.title,
                "source": bound.source,
                "value": whole_text(bound.value),
                "share": len(regions) / bound.value,
            }
            for bound in ceilings(network)
        ],
        "proof": proof_of(regions),
        "evidence": known.evidence if known.complete else "stopped early",
        "strategy": known.strategy,
        "domain": domain_text(problem.domain),
        "version": version(),
        "fingerprint": network.fingerprint,
        "frame": [[float(x) for x in frame.lower], [float(x) for x in frame.upper]],
        **colours(),
    }


def version() -> str:
    """The version of the whole package, which stands above all rooms."""
    return str(import_module("linreg").__version__)


def colours() -> dict[str, Any]:
    """The colours that pictures of all kinds share."""
    return {"scale": list(BATLOW), "boundaryColour": BOUNDARY}


def stages_of(network: StagedNetwork) -> list[dict[str, Any]]:
    """The units of each stage: how many, and of what kind."""
    return [{"units": len(stage.units), "kind": _kind(stage.units)} for stage in network.stages]


def _kind(units: tuple[Any, ...]) -> str:
    pieces = sorted({unit.n_pieces for unit in units})
    said = " to ".join(map(str, sorted({pieces[0], pieces[-1]}))) if pieces else "0"
    return f"maxima of {said}" if isinstance(units[0], MaxUnit) else f"{said} pieces each"


def proof_of(regions: Enumeration) -> str:
    """How the number of regions is known, in a sentence or two."""
    known = regions.counted
    work = (
        f"{counted(known.lps, 'linear program')} proposed, and "
        f"{counted(known.exact_decisions, 'decision')} were left to exact arithmetic."
    )
    if not known.complete:
        return f"The run was stopped early, so regions may be missing. {work}"
    return (
        "Every decision was proved: each region holds a rational point, and proofs rule all others "
        f"out. {work}"
    )
