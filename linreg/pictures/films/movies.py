"""Films as files of images: GIF by Pillow, MP4 by the program ffmpeg."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import numpy as np

from linreg.errors import LinregError, UnwritableFile
from linreg.files import StrPath, replacing
from linreg.pictures.drawing import STYLE, matplotlib_package
from linreg.pictures.edges import edges_of
from linreg.pictures.films.frames import Film, Picture
from linreg.pictures.legend import add_colorbar
from linreg.pictures.palettes import INK, scale_of_colours
from linreg.pictures.plane import add_polygons, hairline, show_frame
from linreg.wording import counted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FLASH = (1.0, 0.80, 0.10)
"""What regions are born in: an amber that no fill has."""

FLASH_SECONDS = 0.25
"""How long they have it; half the time at most."""

RATE = 20
"""Images a second of an MP4."""

COLOURS = 256
"""As many as a GIF has."""

WHITE = (255, 255, 255)

STILLS = 6
"""Images from which the colours of a GIF are chosen."""


@dataclass(frozen=True, eq=False)
class Still:
    """One image of a film.

    Attributes
    ----------
    pixels : uint8 array, shape (height, width, 3)
    is_flash : bool
        Whether it shows what is born, and its picture as such follows.
    has_flash : bool
        Whether such an image came before.
    """

    pixels: np.ndarray
    is_flash: bool
    has_flash: bool


def images_of(film: Film, *, dpi: float, title: str | None) -> Iterator[Still]:
    """The images one after another, all of the same size."""
    matplotlib = matplotlib_package()
    scale = scale_of_colours()
    for picture in film.pictures:
        colours = np.array(scale(film.shares(picture)))
        flashes = bool(picture.is_born.any())
        for is_flash in (True, False) if flashes else (False,):
            shown = colours.copy()
            if is_flash:
                shown[picture.is_born, :3] = FLASH
            with matplotlib.rc_context(STYLE):
                figure = _drawn(film, picture, shown, title)
                yield Still(_pixels(figure, dpi), is_flash, flashes and not is_flash)


def write_gif(images: Iterator[Still], path: StrPath, *, seconds: float) -> None:
    """Write images as a GIF that goes on for ever."""
    from PIL import Image

    stills = list(images)
    pictures = [Image.fromarray(still.pixels) for still in stills]
    chosen = np.unique(np.linspace(0, len(stills) - 1, STILLS).astype(int))
    sample = Image.fromarray(np.concatenate([stills[k].pixels for k in chosen]))
    # One palette for all, else colours would flicker; white is the ground, and stays white.
    palette = sample.quantize(COLOURS - 1, method=Image.Quantize.MEDIANCUT)
    palette.putpalette([*(palette.getpalette() or [])[: 3 * (COLOURS - 1)], *WHITE])
    frames = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    durations = [round(1000 * _time(still, seconds)) for still in stills]
    with replacing(path) as temporary:
        frames[0].save(
            temporary,
            format="GIF",
            save_all=True,
            append_images=frames[1:],
            duration=durations,
            loop=0,
        )


def write_mp4(images: Iterator[Still], path: StrPath, *, seconds: float) -> None:
    """Write images as MP4 through the program ffmpeg.

    Raises
    ------
    UnwritableFile
        If ffmpeg fails; the message has its last line.
    """
    program = ffmpeg(path)
    first = next(images)
    height, width, _ = first.pixels.shape
    with replacing(path) as temporary, TemporaryFile() as complaints:
        command = [
            *(program, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"),
            *("-s", f"{width}x{height}", "-r", str(RATE), "-i", "-", "-an"),
            # Its colours are stored for pairs of pixels.
            *("-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white", "-pix_fmt", "yuv420p"),
            *("-f", "mp4", str(temporary)),
        ]
        running = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=complaints)
        assert running.stdin is not None
        with suppress(BrokenPipeError), running:  # it may end early, and says why
            for still in chain([first], images):
                pixels = still.pixels.tobytes()
                for _ in range(max(1, round(RATE * _time(still, seconds)))):
                    running.stdin.write(pixels)
        if running.returncode:
            complaints.seek(0)
            said = complaints.read().decode(errors="replace").strip().splitlines()
            raise UnwritableFile(
                f"{path}: ffmpeg failed: {said[-1] if said else 'it said nothing'}"
            )


def ffmpeg(path: StrPath) -> str:
    """Where the program ffmpeg is.

    Raises
    ------
    LinregError
        If it is not installed.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        raise LinregError(
            f"{path}: MP4 needs the program ffmpeg, which is not installed; write a .gif or an "
            ".html instead"
        )
    return program


def _time(still: Still, seconds: float) -> float:
    """How long an image is shown; that of what is born takes its time from what follows."""
    flash = min(FLASH_SECONDS, seconds / 2)
    return flash if still.is_flash else seconds - flash * still.has_flash


def _drawn(film: Film, picture: Picture, colours: np.ndarray, title: str | None) -> Figure:
    matplotlib = matplotlib_package()
    (left, bottom), (right, top) = (
        [float(x) for x in ends] for ends in (film.frame.lower, film.frame.upper)
    )
    height = float(np.clip(5.0 * (top - bottom) / (right - left) + 0.9, 2.8, 7.2))
    axes = _blank((6.6, height))
    polygons = picture.polygons
    add_polygons(axes, polygons.corners, polygons.offsets, colours)
    axes.add_collection(
        matplotlib.collections.LineCollection(
            edges_of(polygons).ends, colors=INK, linewidths=hairline(len(polygons)), zorder=2
        ),
        autolim=False,
    )
    show_frame(axes, film.frame)
    least = "" if picture.is_complete else "at least "
    said = f"{picture.label}: {least}{counted(picture.count, 'region')}"
    axes.set_title(f"{title}, {said}" if title else said, loc="left")
    if film.what:
        norm = matplotlib.colors.Normalize(film.low, film.high)
        label = f"log10 of {film.what}" if film.is_log else film.what
        scale = matplotlib.cm.ScalarMappable(norm, scale_of_colours())
        add_colorbar(axes, scale, label, whole=film.is_whole)
    figure: Figure = axes.figure
    return figure


def _blank(size: tuple[float, float]) -> Any:
    """Axes at one place of a figure, so that nothing jumps from one image to the next."""
    figure = matplotlib_package().figure.Figure(figsize=size)
    return figure.add_axes((0.09, 0.5 / size[1], 0.76, 1 - 0.95 / size[1]))


def _pixels(figure: Figure, dpi: float) -> np.ndarray:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(dpi)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()
