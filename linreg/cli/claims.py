"""What certificates of answers prove, in sentences and in JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import cast

from linreg.checker import CheckedAnswer
from linreg.checker.constants import ProvedConstant
from linreg.checker.distances import ProvedDistance
from linreg.checker.extremes import ProvedExtreme
from linreg.cli.exact_json import exact_json, exact_list, float_json, number_text, point_text
from linreg.rational import nearest_float
from linreg.wording import counted


def sentences(checked: CheckedAnswer) -> list[str]:
    """A sentence for each claim that was proved."""
    found = []
    for k, claim in enumerate(checked.claims):
        match claim:
            case ProvedConstant():
                found.append(_constant_text(claim, checked.asked))
            case ProvedDistance():
                found.append(_distance_text(claim, checked.asked, "tie" if k == 0 else "flip"))
            case ProvedExtreme() if checked.question == "difference":
                found.append(_difference_text(claim))
            case ProvedExtreme():
                parts = cast(Sequence[Mapping[str, object]], checked.asked["parts"])
                found.append(_extreme_text(claim, parts[k]))
    return found


def claims_json(checked: CheckedAnswer) -> list[dict[str, object]]:
    """The claims that were proved, each with what it is about."""
    found: list[dict[str, object]] = []
    for k, claim in enumerate(checked.claims):
        match claim:
            case ProvedConstant():
                found.append(
                    {
                        "value": exact_json(claim.exact),
                        "squared": exact_json(claim.squared),
                        "polynomial": exact_list(claim.polynomial),
                        "interval": exact_list(claim.around),
                        "regions": claim.regions,
                    }
                )
            case ProvedDistance():
                name = "squared" if checked.asked["norm"] == "l2" else "value"
                found.append(
                    {
                        "distance": "tie" if k == 0 else "flip",
                        name: exact_json(claim.size),
                        "point": exact_list(claim.point),
                        "label": claim.label,
                    }
                )
            case ProvedExtreme():
                parts = checked.asked.get("parts")
                said = {} if parts is None else cast(Sequence[dict[str, object]], parts)[k]
                found.append(
                    said
                    | {
                        "status": claim.status,
                        "value": exact_json(claim.value),
                        "value_float": float_json(claim.value),
                        "point": exact_list(claim.point),
                        "ray": exact_list(claim.ray),
                        "rate": exact_json(claim.rate),
                    }
                )
    return found


def _extreme_text(claim: ProvedExtreme, part: Mapping[str, object]) -> str:
    if "functional" in part:
        what = f"the functional {','.join(cast(Sequence[str], part['functional']))}"
    else:
        what = f"output {part['output']}"
    if claim.status == "empty":
        return "the domain is empty"
    if claim.point is None:
        return what
    is_max = part["sense"] == "max"
    if claim.ray is not None and claim.rate is not None:
        return (
            f"{what} has no {'upper' if is_max else 'lower'} bound: from {point_text(claim.point)} "
            f"along {point_text(claim.ray)} it changes by {number_text(claim.rate)} a step"
        )
    assert claim.value is not None
    bound = "at most" if is_max else "at least"
    return f"{what} is {bound} {number_text(claim.value)}, as at {point_text(claim.point)}"


def _difference_text(claim: ProvedExtreme) -> str:
    if claim.status == "empty":
        return "the domain is empty"
    if claim.functional is None or claim.point is None:
        return "the networks differ"
    output = f"output {claim.functional // 2}"
    if claim.ray is not None:
        return f"the difference grows for ever in {output}, along {point_text(claim.ray)}"
    if not claim.value:
        return "the networks are equal"
    return (
        f"the largest difference is {number_text(claim.value)}, in {output} at "
        f"{point_text(claim.point)}"
    )


def _distance_text(claim: ProvedDistance, asked: Mapping[str, object], kind: str) -> str:
    at = point_text([Fraction(entry) for entry in cast(Sequence[str], asked["point"])])
    large = "large" if asked["sense"] == "max" else "small"
    label, rivals = asked["label"], _listed(asked["rivals"], "class", "classes")
    tie = kind == "tie"
    said = f"has as {large} an output as class {label}" if tie else f"wins over class {label}"
    if claim.size is None or claim.point is None:
        return f"of {rivals}, none {said} anywhere in the domain"
    size = number_text(claim.size)
    if asked["norm"] == "l2":
        size = f"the square root of {size}"
    does = "does at" if tie else "does at once beyond"
    return (
        f"of {rivals}, none {said} nearer to {at} than {size} in {asked['norm']}, and class "
        f"{claim.label} {does} {point_text(claim.point)}"
    )


def _constant_text(claim: ProvedConstant, asked: Mapping[str, object]) -> str:
    inputs, outputs = cast(Sequence[str], asked["norms"])
    if claim.exact is not None:
        size = number_text(claim.exact)
    elif claim.squared is not None:
        size = f"the square root of {number_text(claim.squared)}"
    else:
        assert claim.polynomial is not None
        assert claim.around is not None
        size = (
            f"{_root_text(claim.around[1])}, whose square is the largest root of a polynomial of "
            f"degree {len(claim.polynomial) - 1}"
        )
    return (
        f"the Lipschitz constant of {_listed(asked['outputs'], 'output', 'outputs')}, {inputs} to "
        f"{outputs}, is {size}: the largest of {counted(claim.regions, 'region')}"
    )


def _listed(numbers: object, one: str, more: str) -> str:
    """Numbers of classes or outputs."""
    listed = cast(Sequence[int], numbers)
    return f"{one if len(listed) == 1 else more} {', '.join(map(str, listed))}"


def _root_text(square: Fraction) -> str:
    return f"{nearest_float(square.numerator, square.denominator) ** 0.5:.9g}"
