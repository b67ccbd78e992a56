"""A film of networks: as a GIF, as MP4, or as a page with a slider."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from linreg.errors import UnwritableFile
from linreg.files import StrPath, check_writable
from linreg.pictures.films.film_page import write_page
from linreg.pictures.films.frames import PATTERN, film_of
from linreg.pictures.films.movies import ffmpeg, images_of, write_gif, write_mp4
from linreg.pictures.page.document import PAGE_SUFFIX
from linreg.pictures.subject import check_inputs, regions_of
from linreg.progress import Progress
from linreg.readers import DomainLike
from linreg.regions.polygons.shapes import checked_frame
from linreg.wording import counted

FILM_SUFFIXES = (".gif", ".mp4", PAGE_SUFFIX)

LONGEST, SHORTEST = 60.0, 0.05
"""Seconds that one network may be shown."""


def animate(
    nets: Iterable[Any],
    path: StrPath,
    *,
    frame: DomainLike = None,
    color: str = "active",
    labels: Sequence[object] | None = None,
    domain: DomainLike = None,
    seconds: float = 0.6,
    dpi: float = 110.0,
    title: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> None:
    """Write a film of how the regions of two inputs change from one network to the next.

    Frame and scale of colours are the same throughout. Regions of one pattern are one region that
    moves: its colour goes with it, and a pattern that the network before had not flashes.

    Parameters
    ----------
    nets : iterable of Network, path, or what `as_network` accepts; or of Enumeration
        In the order of the film, as checkpoints of a training.
    path : str or path
        A `.gif`, an `.mp4` (which needs the program ffmpeg), or an `.html` page with a slider.
    frame : Box, "box:LO,HI" or [[lo, hi], ...], optional
        What is shown; by default what holds all that each picture would show by itself.
    color : str
        "active" and "pattern" (a colour for each pattern) belong to the pattern, so that regions
        keep them; "stage", "slope", "degree", "volume" and "output:K" change with the weights, on
        one scale.
    labels : sequence, optional
        What to call the networks; by default the names of files, or 0, 1, 2, ...
    domain : Domain, or what `as_domain` accepts, optional
        For networks: where their regions are asked for.
    seconds : float
        How long each network is shown, from 0.05 to 60 seconds.
    dpi : float
        Dots per inch of a GIF or MP4, which is about 6.6 inches wide.
    title : str, optional
        Above the film.
    progress : callable, optional
        Called with a `Progress` of networks.

    Raises
    ------
    ValueError
        If there are no networks, one has not two inputs, or there are more or fewer labels.
    UnwritableFile
        If the suffix names no format of films, or the path cannot be written.
    LinregError
        If matplotlib is missing for a GIF or MP4, or ffmpeg for MP4.

    Examples
    --------
    A line that moves to the right:

    >>> from tempfile import TemporaryDirectory
    >>> from linreg import mlp
    >>> nets = [mlp([([[1, 0]], [-step])]) for step in range(3)]
    >>> with TemporaryDirectory() as folder:
    ...     animate(nets, f"{folder}/moving.html", frame="box:-1,3")
    ...     with open(f"{folder}/moving.html") as page:
    ...         page.readline().strip()
    '<!doctype html>'
    """
    suffix = check_film_path(path)
    if not SHORTEST <= seconds <= LONGEST:
        raise ValueError(
            f"seconds: from {SHORTEST:g} to {LONGEST:g} were expected, got {seconds!r}"
        )
    every = list(nets)
    if not every:
        raise ValueError("nets: at least one network was expected, got none")
    names = _labels(every, labels)
    found = [regions_of(net, domain) for net in every]
    for regions in found:
        check_inputs(regions, 2, 2)
    film = film_of(
        found, names, None if frame is None else checked_frame(frame, 2), color, progress
    )
    if suffix == PAGE_SUFFIX:
        write_page(film, path, seconds=seconds, title=title, is_by_pattern=color == PATTERN)
        return
    images = images_of(film, dpi=dpi, title=title)
    if suffix == ".gif":
        write_gif(images, path, seconds=seconds)
    else:
        write_mp4(images, path, seconds=seconds)


def check_film_path(path: StrPath) -> str:
    """The suffix of a path that a film can be written to.

    Raises
    ------
    UnwritableFile
        If the suffix names no format of films, or the path cannot be written.
    LinregError
        If the program for the format is missing.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FILM_SUFFIXES:
        raise UnwritableFile(
            f"{path}: the suffix {suffix or '(none)'} names no format of films; known are "
            f"{', '.join(FILM_SUFFIXES)}"
        )
    check_writable(path)
    if suffix == ".mp4":
        ffmpeg(path)
    return suffix


def _labels(nets: Sequence[Any], labels: Sequence[object] | None) -> list[str]:
    if labels is not None:
        if len(labels) != len(nets):
            raise ValueError(
                f"labels: one for each of {counted(len(nets), 'network')} was expected, got "
                f"{len(labels)}"
            )
        return [str(label) for label in labels]
    return [
        Path(fspath(net)).stem if isinstance(net, str | PathLike) else str(k)
        for k, net in enumerate(nets)
    ]
