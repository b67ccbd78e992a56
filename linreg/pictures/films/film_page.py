"""Films as a page: a slider over the networks, and the regions between them."""

from __future__ import annotations

import numpy as np

from linreg.files import StrPath, replacing
from linreg.pictures.films.frames import Film
from linreg.pictures.page.document import document
from linreg.pictures.page.facts import colours, version
from linreg.wording import counted

SCRIPTS = (
    "arrays.js",
    "colours.js",
    "regions.js",
    "webgl.js",
    "plane_scene.js",
    "axes.js",
    "gestures.js",
    "plane_camera.js",
    "film.js",
)


def write_page(
    film: Film, path: StrPath, *, seconds: float, title: str | None, is_by_pattern: bool
) -> None:
    """Write a film as a page; the same film gives the same bytes."""
    arrays: dict[str, np.ndarray] = {}
    for k, picture in enumerate(film.pictures):
        polygons = picture.polygons
        arrays |= {
            f"corners{k}": polygons.corners,
            f"offsets{k}": polygons.offsets.astype(np.uint32),
            f"owners{k}": polygons.owners.astype(np.int32),
            f"patterns{k}": picture.patterns.astype(np.uint32),
            f"values{k}": picture.values.astype(np.float32),
            f"born{k}": picture.is_born.astype(np.uint8),
        }
    said = title or f"Film of {counted(len(film.pictures), 'network')}"
    facts = {
        "title": said,
        "inputs": 2,
        "outputs": 0,
        "labels": [picture.label for picture in film.pictures],
        "counts": [picture.count for picture in film.pictures],
        "complete": all(picture.is_complete for picture in film.pictures),
        "frame": [[float(x) for x in film.frame.lower], [float(x) for x in film.frame.upper]],
        "low": film.low,
        "high": film.high,
        "what": film.what,
        "isLog": film.is_log,
        "isByPattern": is_by_pattern,
        "seconds": seconds,
        "version": version(),
        **colours(),
    }
    page = document("film.html", SCRIPTS, title=said, facts=facts, arrays=arrays)
    with replacing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
