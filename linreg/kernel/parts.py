"""Functions that are compiled as parts of what Python calls, and never on their own.

numba optimises each function together with all that it calls, and makes machine code of that: what
is called ten calls deep is compiled ten times. A part is only translated; what is translated is
compiled once, where Python enters.

Most of the time goes into translating, which is Python. So parts take only those steps that they
need, and numba leaves out meanwhile what they do not.
"""

# mypy: disable-error-code="no-untyped-call, untyped-decorator, misc"

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite.binding import Linkage
from numba.core import event, types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, DefaultPassBuilder
from numba.core.compiler_machinery import PassManager
from numba.core.postproc import PostProcessor, VariableLifetime
from numba.core.transforms import canonicalize_cfg
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

    def finalize(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True

    def _get_module_for_linking(self) -> Any:
        """All that it calls, which is taken up once, by what Python calls."""
        if self._shared_module is None:
            whole = self._final_module.clone()
            waiting, seen = list(self._linking_libraries), {self}
            while waiting:
                library = waiting.pop()
                if library in seen:
                    continue
                seen.add(library)
                if isinstance(library, _Part):
                    waiting += library._linking_libraries
                    whole.link_in(library._final_module, preserve=True)
                else:
                    whole.link_in(library._get_module_for_linking(), preserve=True)
            for function in whole.functions:
                if not function.is_declaration and function.linkage == Linkage.external:
                    function.linkage = Linkage.linkonce_odr
            self._shared_module = whole
        return self._shared_module

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


_find = types.BaseFunction.get_call_type


def _processed(self: Any, emit_dels: bool = False, extend_lifetimes: bool = False) -> None:
    self.func_ir.blocks = canonicalize_cfg(self.func_ir.blocks)
    self.func_ir.variable_lifetime = VariableLifetime(self.func_ir.blocks)
    self.func_ir.generator_info = None


_SHORTCUTS: Any = (
    # The types that operators and built-in functions give for the same types are asked for at each
    # place, and more than once.
    (types.BaseFunction, "get_call_type", _remembered),
    # Where the life of each variable ends is worked out after each step, for references to be
    # counted; parts have none.
    (PostProcessor, "run", _processed),
    # Of all that LLVM does, every function that waits for it is told.
    (event, "broadcast", lambda _: None),
)


@contextmanager
def _short() -> Iterator[None]:
    """Have numba, which lets one thread at a time compile, leave out what parts do not need."""
    before = [vars(owner)[name] for owner, name, _ in _SHORTCUTS]
    for owner, name, short in _SHORTCUTS:
        setattr(owner, name, short)
    try:
        yield
    finally:
        for (owner, name, _), usual in zip(_SHORTCUTS, before, strict=True):
            setattr(owner, name, usual)


class PartCompiler(Compiler):
    """Makes a part of a function."""

    def _compile_core(self) -> Any:
        with _short():
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
