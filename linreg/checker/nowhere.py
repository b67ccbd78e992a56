"""Proofs that conditions are met nowhere: section by section, by boxes or by exact cells."""

from __future__ import annotations

from collections.abc import Callable

from linreg.checker.box_tree import BoxTree, box_rows
from linreg.checker.claims import FalseClaim
from linreg.checker.exact_tree import ExactTree
from linreg.checker.queries import Alternatives, Section, sections
from linreg.checker.records import Records
from linreg.network import StagedNetwork
from linreg.network.rectified import rectified

EXACTLY, BOXES = 0, 1


def check_nowhere(
    records: Records,
    network: StagedNetwork,
    alternatives: Alternatives,
    told: Callable[[], None],
) -> None:
    """Read the proof that no input meets all conditions of an alternative.

    Parameters
    ----------
    records : Records
    network : StagedNetwork
    alternatives : sequence of sequences of conditions
        Of inputs and outputs.
    told : callable
        Called for each box and each cell.

    Raises
    ------
    FalseClaim
    """
    for section in sections(alternatives, network.input_dim, network.readout.n_outputs):
        _check_section(records, network, section, told)


def _check_section(
    records: Records, network: StagedNetwork, section: Section, told: Callable[[], None]
) -> None:
    kind = records.byte()
    if kind == BOXES and section.ends is not None:
        BoxTree(records, network, section, told).check()
        return
    if kind != EXACTLY:
        raise FalseClaim("boxes are for inputs that are all bounded")
    net = rectified(network)
    rows = [] if section.ends is None else box_rows(section.ends)
    for conditions in section.alternatives:
        ExactTree(records, net, rows, conditions, told).check()
