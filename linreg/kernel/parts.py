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
from numba.core.compiler_machinery import PassManager
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


def _remembered(function: Any, context: Any, args: Any, named: Any) -> Any:
    if named:
        return _find(function, context, args, named)
    key = function, context, tuple(args)
    if key not in _known:
        found = _find(function, context, args, named)
        if found is None:
            return None
        _known[key] = found
    return _known[key]


_find = types.Function.get_call_type


@contextmanager
def _remembering() -> Iterator[None]:
    """Have the types that operators and built-in functions give for the same types kept.

    numba, which lets one thread at a time compile, asks for them at each place, and more than once.
    """
    if "get_call_type" in vars(types.Function):  # a function that calls this one is compiled
        yield
        return
    functions: Any = types.Function
    functions.get_call_type = _remembered
    try:
        yield
    finally:
        del functions.get_call_type


class PartCompiler(Compiler):
    """Makes a part of a function."""

    def _compile_core(self) -> Any:
        with _remembering():
            return super()._compile_core()

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
            NopythonTypeInference,
            PreLowerStripPhis,
            InlineOverloads,
        ):
            steps.add_pass(step, step.__name__)
        lowering = DefaultPassBuilder.define_nopython_lowering_pipeline(self.state)
        steps.passes.extend(lowering.passes)
        steps.finalize()
        return [steps]
