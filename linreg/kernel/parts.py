"""Functions that are compiled as parts of what Python calls, and never on their own.

numba optimises each function together with all that it calls, and makes machine code of that: what
is called ten calls deep is compiled ten times. A part is only translated; what is translated is
compiled once, where Python enters.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler


class _NoEngine:
    """Where there is no machine code, nobody asks for the objects that it would refer to."""

    def set_env(self, name: str, environment: object) -> None:
        """Keep nothing."""


class _Part(JITCodeLibrary):
    """A function and all that it calls, not optimised and without machine code."""

    codegen = _NoEngine()

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        self._ensure_finalized()
        return 0


class PartCompiler(Compiler):
    """Makes a part of a function."""

    def define_pipelines(self) -> Any:
        """The steps of numba, which write to a library of ours."""
        codegen = self.state.targetctx.codegen()
        self.state.library = _Part(codegen, self.state.func_id.func_qualname)
        return super().define_pipelines()
