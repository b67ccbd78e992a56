"""The command `warm-up`: machine code before it is needed."""

from __future__ import annotations

from time import perf_counter

import linreg
from linreg.cli.codes import DONE, REFUTED
from linreg.cli.console import progress, show, show_json
from linreg.cli.options import Json


def warm_up(as_json: Json = False) -> int:
    """Compile all machine code now, or load it where that was done before.

    Exit code 1 if there can be none: without numba, or a folder to keep it in.
    """
    started = perf_counter()
    with progress("compiling") as told:
        has = linreg.warm_up(told)
    seconds = perf_counter() - started
    if as_json:
        show_json({"machine_code": has, "seconds": seconds, "version": linreg.__version__})
    elif has:
        show(f"machine code is in place, after {seconds:.1f} s")
    else:
        show("there is no machine code on this machine")
    return DONE if has else REFUTED
