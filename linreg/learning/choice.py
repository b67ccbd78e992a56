"""Which strategy finds the regions of one of many small networks."""

from __future__ import annotations

from linreg.problem import Problem
from linreg.strategies.machine_code import has_machine_code, is_compiled

FEW = 16
"""Networks after which machine code is worth being compiled, if it is not on disk yet."""


def strategy_for(problem: Problem, done: int) -> str:
    """Machine code, "compiled", where it need not be compiled first, or many networks came before.

    The regions are the same by any strategy.
    """
    if has_machine_code() and (done >= FEW or is_compiled(problem, proofs=False, on_disk=True)):
        return "compiled"
    return "auto"
