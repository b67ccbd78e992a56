"""Functions that are compiled as parts of what Python calls, and never on their own.

numba optimises each function together with all that it calls, and makes machine code of that: what
is called ten calls deep is compiled ten times. A part is only translated; what is translated is
compiled once, where Python enters.

Most of the time goes into translating, which is Python. So parts take only those steps that they
need, and the types of what operators give are asked for once.
"""

# mypy: disable-error-code="no-untyped-call, untyped-decorator, misc"

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from numba.core import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, DefaultPassBuilder
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.typed_passes import InlineOverloads, NopythonTypeInference, PreLowerStripPhis
from numba.core.untyped_passes import (
    FixupArgs,
    GenericRewrites,
    IRProcessing,
    ReconstructSSA,
    TranslateByteCode,
)


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


_known: dict[Any, Any] = {}


@contextmanager
def _remembering(context: Any) -> Iterator[None]:
    """Have the types that operators and built-in functions give for the same types kept."""
    if "resolve_function_type" in vars(context):  # a function that calls this one is typed
        yield
        return
    resolve = context.resolve_function_type

    def remembered(function: Any, args: Any, named: Any) -> Any:
        if type(function) is not types.Function or named:
            return resolve(function, args, named)
        key = function, tuple(args)
        if key not in _known:
            found = resolve(function, args, named)
            if found is None:
                return None
            _known[key] = found
        return _known[key]

    context.resolve_function_type = remembered
    try:
        yield
    finally:
        del context.resolve_function_type


@register_pass(mutates_CFG=True, analysis_only=False)
class _Typing(NopythonTypeInference):
    """Finds the types of all variables."""

    _name = "linreg_typing"

    def run_pass(self, state: Any) -> Any:
        """Find them; numba lets one thread at a time do so."""
        with _remembering(state.typingctx):
            return super().run_pass(state)


class PartCompiler(Compiler):
    """Makes a part of a function."""

    def define_pipelines(self) -> Any:
        """The steps of numba, without those for closures, literals and whole arrays.

        A part that needed one of them would be refused. They write to a library of ours.
        """
        codegen = self.state.targetctx.codegen()
        self.state.library = _Part(codegen, self.state.func_id.func_qualname)
        steps = PassManager("parts")
        for step in (
            TranslateByteCode,
            FixupArgs,
            IRProcessing,
            GenericRewrites,
            ReconstructSSA,
            _Typing,
            PreLowerStripPhis,
            InlineOverloads,
        ):
            steps.add_pass(step, step.__name__)
        lowering = DefaultPassBuilder.define_nopython_lowering_pipeline(self.state)
        steps.passes.extend(lowering.passes)
        steps.finalize()
        return [steps]
