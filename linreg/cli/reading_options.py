"""Options of every command that reads a network: what an ONNX file does not say itself."""

from __future__ import annotations

import inspect
import reprlib
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Annotated, Any

import typer

_GIVEN: ContextVar[dict[str, Any] | None] = ContextVar("given", default=None)

_InputShape = Annotated[
    str | None,
    typer.Option(
        "--input-shape",
        metavar="N,..",
        help="Shape of one input of an ONNX file, without a batch axis: 3, or 1,28,28.",
    ),
]
_BatchAxis = Annotated[
    str | None,
    typer.Option(
        "--batch-axis",
        metavar="K|none",
        help="The axis of an ONNX file's input that is the batch, counted from 0, or none.",
    ),
]
_OutputName = Annotated[
    list[str] | None,
    typer.Option(
        "--output-name",
        metavar="NAME",
        help="A value of an ONNX file that is the output; several stand one after another.",
    ),
]
_OPTIONS = {"input_shape": _InputShape, "batch_axis": _BatchAxis, "output_name": _OutputName}


def reading() -> dict[str, Any]:
    """Arguments of `linreg.load` besides the path, from the options of the command that runs."""
    return _GIVEN.get() or {}


def with_reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with the options of files, which it need not know of."""

    @wraps(command)
    def told(**arguments: Any) -> Any:
        named = {name: arguments.pop(name) for name in _OPTIONS}
        token = _GIVEN.set(_parsed(**named))
        try:
            return command(**arguments)
        finally:
            _GIVEN.reset(token)

    signature = inspect.signature(command, eval_str=True)
    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option)
        for name, option in _OPTIONS.items()
    ]
    whole = signature.replace(parameters=[*signature.parameters.values(), *more])
    told.__signature__ = whole  # type: ignore[attr-defined]
    told.__annotations__ = {name: entry.annotation for name, entry in whole.parameters.items()}
    return told


def _parsed(
    input_shape: str | None, batch_axis: str | None, output_name: list[str] | None
) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if input_shape is not None:
        given["input_shape"] = [_whole(part, "--input-shape", 1) for part in input_shape.split(",")]
    if batch_axis is not None:
        given["batch_axis"] = (
            None if batch_axis == "none" else _whole(batch_axis, "--batch-axis", None)
        )
    if output_name:
        given["outputs"] = output_name
    return given


def _whole(text: str, option: str, least: int | None) -> int:
    """A whole number; of at least so many, or any."""
    try:
        number = int(text)
        if least is None or number >= least:
            return number
    except ValueError:
        pass
    kind = "an axis, or none, was" if least is None else "whole numbers such as 1,28,28 were"
    raise typer.BadParameter(f"{option}: {kind} expected, got {reprlib.repr(text)}")
