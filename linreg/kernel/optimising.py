"""What LLVM does with functions before it makes machine code of them.

Loops above the plane are short, over a few inputs or corners. Copies of their bodies, which LLVM
makes for loops that are not, would take a third of what is compiled, and time.
"""

# mypy: disable-error-code="no-untyped-call, misc, attr-defined"

from __future__ import annotations

from typing import Any

from llvmlite import binding
from numba.core import config, llvm_bindings
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler

if not hasattr(llvm_bindings, "create_pass_builder"):
    raise ImportError("this release of numba tunes LLVM in another way")


class Library(JITCodeLibrary):
    """Functions that are optimised together, of whose loops no copies are made."""

    def _optimize_final_module(self) -> None:
        """The steps of numba, without the unrolling of loops."""
        codegen, whole = self._codegen, self._final_module
        passes, builder = codegen._module_pass_manager(
            loop_vectorize=False, slp_vectorize=False, opt=0, cost="cheap"
        )
        passes.run(whole, builder)
        tuning = binding.create_pipeline_tuning_options()
        tuning.speed_level = config.OPT
        tuning.loop_vectorization = config.LOOP_VECTORIZE
        tuning.slp_vectorization = config.SLP_VECTORIZE
        tuning.loop_unrolling = False
        builder = binding.create_pass_builder(codegen._tm, tuning)
        builder.getModulePassManager().run(whole, builder)


class ShortLoopsCompiler(Compiler):
    """Makes machine code of a function that Python calls, and of all its parts."""

    def define_pipelines(self) -> Any:
        """The steps of numba, which write to a library of ours."""
        codegen = self.state.targetctx.codegen()
        self.state.library = Library(codegen, self.state.func_id.func_qualname)
        self.state.library.enable_object_caching()
        return super().define_pipelines()
