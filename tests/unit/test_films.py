"""Films: one frame and one scale, regions that keep their colours, births that flash."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import browser
import numpy as np
import pytest
from browser import Browser

from linreg import LinregError, Network, UnwritableFile, animate, enumerate_regions, mlp
from linreg.pictures.films.frames import film_of

image_module = pytest.importorskip("PIL.Image", reason="films are images")


def line_at(x: float) -> Network:
    """Two units that switch at x and at 3/2, or together where x is more."""
    return mlp([([[1, 0], [1, 0]], [-x, -max(x, 1.5)])])


NETS = [line_at(0), line_at(1), line_at(2)]
"""Patterns 00, 10 and 11; between the last two networks 10 dies."""


def facts_of(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    return json.loads(text.split('id="facts">')[1].split("</script>")[0])


def film(color: str = "active") -> Any:
    found = [enumerate_regions(net) for net in NETS]
    return film_of(found, ["a", "b", "c"], None, color)


def test_a_pattern_has_one_number_in_all_pictures_and_is_born_once_it_is_there() -> None:
    nets = [line_at(2), line_at(1), line_at(0)]
    found = [enumerate_regions(net) for net in nets]
    pictures = film_of(found, ["a", "b", "c"], None, "active").pictures
    assert [picture.patterns.tolist() for picture in pictures] == [[0, 1], [0, 2, 1], [0, 2, 1]]
    assert [picture.is_born.tolist() for picture in pictures] == [
        [False, False],
        [False, True, False],
        [False, False, False],
    ]


@pytest.mark.parametrize("color", ["active", "pattern"])
def test_a_region_keeps_its_colour_as_long_as_its_pattern_lives(color: str) -> None:
    made = film(color)
    colours: dict[int, set[float]] = {}
    for picture in made.pictures:
        for pattern, share in zip(picture.patterns, made.shares(picture), strict=True):
            colours.setdefault(int(pattern), set()).add(float(share))
    assert len(colours) == 3
    assert all(len(shares) == 1 for shares in colours.values())
    assert len(set.union(*colours.values())) == 3


def test_frame_and_scale_hold_all_pictures() -> None:
    made = film("slope")
    assert all(picture.polygons.frame == made.frame for picture in made.pictures)
    values = np.concatenate([picture.values for picture in made.pictures])
    assert (made.low, made.high) == (values.min(), values.max())
    assert all(
        picture.polygons.areas.sum()
        == pytest.approx(
            float(np.prod([b - a for a, b in zip(made.frame.lower, made.frame.upper, strict=True)]))
        )
        for picture in made.pictures
    )


def test_a_gif_has_an_image_for_each_network_and_one_for_each_with_births(tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    animate([line_at(2), line_at(1), line_at(0)], path, frame="box:-3,3", dpi=40, seconds=0.6)
    with image_module.open(path) as found:
        assert found.n_frames == 4
        durations, flashes = [], []
        for k in range(4):
            found.seek(k)
            durations.append(found.info["duration"])
            pixels = np.asarray(found.convert("RGB"), dtype=np.int64)
            amber = np.abs(pixels - [255, 204, 26]).max(axis=2) < 12
            flashes.append(bool(amber.any()))
    assert durations == [600, 250, 350, 600]
    assert flashes == [False, True, False, False]
    again = tmp_path / "again.gif"
    animate([line_at(2), line_at(1), line_at(0)], again, frame="box:-3,3", dpi=40, seconds=0.6)
    assert again.read_bytes() == path.read_bytes()


def test_mp4_is_what_ffmpeg_makes_and_its_last_words_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, program = tmp_path / "film.mp4", tmp_path / "bin" / "ffmpeg"
    monkeypatch.setenv("PATH", f"{program.parent}")
    with pytest.raises(LinregError, match=r"film\.mp4: MP4 needs the program ffmpeg"):
        animate(NETS, path)
    program.parent.mkdir()
    wc = shutil.which("wc", path="/usr/bin:/bin")
    program.write_text(f'#!/bin/sh\nfor last; do :; done\n{wc} -c > "$last"\n', encoding="utf-8")
    program.chmod(0o755)
    animate(NETS, path, frame="box:-3,3", dpi=40, seconds=0.5)
    size = int(path.read_text(encoding="utf-8"))
    assert size % (3 * 10 * 3) == 0  # three networks, ten images each, three bytes a pixel
    program.write_text("#!/bin/sh\necho no such thing >&2\nexit 1\n", encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(UnwritableFile, match="ffmpeg failed: no such thing"):
        animate(NETS, path, dpi=40)
    assert path.read_bytes() == before


def test_what_makes_no_film_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "film.html"
    with pytest.raises(ValueError, match="at least one network"):
        animate([], path)
    with pytest.raises(ValueError, match="one for each of 3 networks was expected, got 2"):
        animate(NETS, path, labels=[0, 1])
    with pytest.raises(ValueError, match=r"seconds: from 0.05 to 60"):
        animate(NETS, path, seconds=0)
    with pytest.raises(ValueError, match="cuts regions"):
        animate(NETS, path, color="class")
    with pytest.raises(ValueError, match=r"3 inputs.*slice"):
        animate([mlp([([[1, 0, 0]], [0])])], path)
    with pytest.raises(UnwritableFile, match=r"\.gif, \.mp4, \.html"):
        animate(NETS, tmp_path / "film.avi")
    assert list(tmp_path.iterdir()) == []


def test_networks_are_called_by_their_files_or_by_numbers(tmp_path: Path) -> None:
    for name in ("epoch-1", "epoch-2"):
        (tmp_path / f"{name}.json").write_text(
            json.dumps({"input_shape": [2], "layers": [{"type": "relu"}]}), encoding="utf-8"
        )
    animate([tmp_path / "epoch-1.json", tmp_path / "epoch-2.json"], tmp_path / "film.html")
    assert facts_of(tmp_path / "film.html")["labels"] == ["epoch-1", "epoch-2"]
    animate(NETS, tmp_path / "film.html")
    assert facts_of(tmp_path / "film.html")["labels"] == ["0", "1", "2"]


@pytest.mark.skipif(browser.found() is None, reason=browser.MISSING)
def test_the_slider_shows_each_network_and_what_is_new(tmp_path: Path) -> None:
    animate([line_at(2), line_at(1), line_at(0)], tmp_path / "film.html", labels=["a", "b", "c"])
    program = browser.found()
    assert program is not None
    opened = Browser(program, tmp_path / "profile")
    opened.open(tmp_path / "film.html", "#at=1")
    assert opened.run("document.getElementById('now').innerText").split("\n") == [
        "b",
        "3 regions, 1 new",
    ]
    colour = "film.colour(1, 1).map(Math.round)"
    assert opened.run(f"JSON.stringify({colour}) === JSON.stringify(Theme.flash)")
    opened.run("film.slider.value = 2; film.slider.dispatchEvent(new Event('input'))")
    assert opened.run("film.now") == 2
    assert opened.run("location.hash") == "#at=2"
    opened.run("film.play()")  # from the beginning
    assert opened.run("film.now") == 0
    opened.run("film.pause(); new Promise((done) => requestAnimationFrame(done))")
    assert opened.complaints == []
    opened.close()
