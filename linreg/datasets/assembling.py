"""The files of a finished dataset, put together from its parts, and checked later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from hashlib import sha256
from typing import Any

from linreg.datasets.card import Contents, Summary, card
from linreg.datasets.columns import tables_of
from linreg.datasets.expectations import Cohort, columns_of_cohorts
from linreg.datasets.folder import Folder
from linreg.datasets.recipes import Recipe
from linreg.datasets.spec import Filter, Spec
from linreg.datasets.writing import (
    COHORTS,
    SUMS,
    Files,
    archive_path,
    found_in,
    splits_of_table,
    sums_of,
    table_file,
    table_path,
)
from linreg.errors import InvalidSpec, UnreadableFile
from linreg.files import read_bytes, replacing
from linreg.wording import counted


def file_names(spec: Spec, recipes: Sequence[Recipe]) -> tuple[str, ...]:
    """The files of the dataset, in order."""
    names = ["README.md", "spec.toml", *(f"networks/{recipe.id}.json" for recipe in recipes)]
    for table in tables_of(spec):
        names += [table_path(table, split) for split in splits_of_table(table, spec.splits)]
    if spec.truth.archives:
        names += [archive_path(split) for split in spec.splits]
    return tuple(sorted(names))


def kept(spec: Spec, recipes: Sequence[Recipe], folder: Folder) -> list[Recipe]:
    """The networks that a specification keeps, of those that are computed.

    A count that stopped at the limit is not known to be at most anything.

    Raises
    ------
    InvalidSpec
        If there is none.
    """
    if not spec.kept.ranges:
        return list(recipes)
    found = [
        recipe
        for recipe in recipes
        if _passes(spec.kept, found_in(read_bytes(folder.part(recipe.id))).tables)
    ]
    if not found:
        raise InvalidSpec(
            f"filter: of {counted(len(recipes), 'network')} none passes; widen a range: "
            f"{', '.join(spec.kept.ranges)}"
        )
    return found


def kept_before(recipes: Sequence[Recipe], folder: Folder) -> list[Recipe]:
    """The networks of a finished dataset."""
    lines = read_bytes(folder.path / SUMS).decode(errors="replace").splitlines()
    there = {line.rpartition("  ")[2] for line in lines}
    return [recipe for recipe in recipes if f"networks/{recipe.id}.json" in there]


def _passes(kept: Filter, tables: Mapping[str, Mapping[str, Sequence[Any]]]) -> bool:
    networks, counts = tables["networks"], tables["counts"]
    for key, (least, most) in kept.ranges.items():
        is_count = key == "activation_regions"
        [value] = (
            counts[key]
            if is_count
            else [len(networks["widths"][0])]
            if key == "stages"
            else networks[key]
        )
        if value < least or (most is not None and value > most):
            return False
        if is_count and most is not None and not counts["complete"][0]:
            return False
    return True


def assemble(
    spec: Spec,
    recipes: Sequence[Recipe],
    splits: Sequence[str],
    folder: Folder,
    by: Mapping[str, str],
) -> tuple[str, int]:
    """Write all files from the parts: the dataset's digest, and how many counts are incomplete."""
    tables = tables_of(spec)
    contents = Contents(splits={split: splits.count(split) for split in spec.splits})
    cohorts: dict[str, Cohort] = {}
    per_network = {name: columns for name, columns in tables.items() if name != "expectations"}
    with ExitStack() as stack:
        files = Files(folder.path, per_network, list(spec.splits), spec.truth.archives, stack)
        for recipe, split in zip(recipes, splits, strict=True):
            found = found_in(read_bytes(folder.part(recipe.id)))
            files.add(found, split)
            contents.families.setdefault(recipe.family, Summary()).add(found)
            cohorts.setdefault(recipe.cohort, Cohort(recipe)).add(found)
    path = folder.path / table_path("expectations", COHORTS)
    with table_file(path, tables["expectations"]) as file:
        file.add(columns_of_cohorts(list(cohorts.values())))
    texts = {"spec.toml": spec.text, "README.md": card(spec, tables, contents, by)}
    for name, text in texts.items():
        with replacing(folder.path / name) as temporary:
            temporary.write_bytes(text.encode())
    sums = sums_of(folder.path, file_names(spec, recipes)).encode()
    with replacing(folder.path / SUMS) as temporary:
        temporary.write_bytes(sums)
    incomplete = sum(tally.networks - tally.complete for tally in contents.families.values())
    return sha256(sums).hexdigest(), incomplete


def check_files(spec: Spec, recipes: Sequence[Recipe], folder: Folder) -> None:
    """Refuse a finished dataset that is no longer what it was.

    Raises
    ------
    UnreadableFile
    """
    held = read_bytes(folder.path / SUMS)
    found = sums_of(folder.path, file_names(spec, recipes))
    changed = set(held.decode().splitlines()) ^ set(found.splitlines())
    if sha256(held).hexdigest() != folder.finished or changed:
        name = min(line.split()[1] for line in changed) if changed else SUMS
        raise UnreadableFile(
            f"{folder.path}: the dataset was finished, and its file {name} was changed since; give "
            "a new folder"
        )
