"""Completion of commands and options in the shell: what typer offers, with answers on stdout."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress

import typer
from typer.core import TyperGroup

from linreg.cli.console import printing

PROGRAM, VARIABLE = "linreg", "_LINREG_COMPLETE"
"""The variable with which a shell asks for what may come next."""

OPTIONS = ("--install-completion", "--show-completion")

SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")


def completed(program: TyperGroup, arguments: Sequence[str]) -> bool:
    """Whether the shell has asked for completions, which are then printed.

    Raises
    ------
    typer.BadParameter
        If completion is asked for in a shell that there is none for.
    """
    if not os.environ.get(VARIABLE):
        if not arguments or arguments[0] not in OPTIONS:
            return False
        _check_shell(arguments[0])
    # Typer leaves with an exit code of its own.
    with printing(), suppress(SystemExit):
        program.main([*arguments[:1]], prog_name=PROGRAM)
    return True


def _check_shell(option: str) -> None:
    """Refuse shells that there is no completion for."""
    import shellingham

    try:
        name = shellingham.detect_shell()[0]
    except shellingham.ShellDetectionFailure:
        name = "none that is known"
    if name not in SHELLS:
        raise typer.BadParameter(
            f"completion is for {', '.join(SHELLS[:-1])}, and the shell here is {name}",
            param_hint=option,
        )
