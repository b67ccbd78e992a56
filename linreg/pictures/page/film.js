// A film: a slider over networks; regions keep their colours, and those that are born flash.

const FADE = 700; // milliseconds

class FilmView extends PlaneCamera {
  constructor(arrays) {
    super();
    Object.assign(this, { arrays, count: FACTS.labels.length, now: 0, hovered: -1, kept: new Map() });
    this.firstSeen = new Map();
    for (let k = 0; k < this.count; k++) {
      for (const pattern of arrays[`patterns${k}`])
        if (!this.firstSeen.has(pattern)) this.firstSeen.set(pattern, k);
    }
    this.slider = document.getElementById("time");
    this.slider.max = this.count - 1;
    this.slider.addEventListener("input", () => {
      this.pause();
      this.go(Number(this.slider.value));
    });
    document
      .getElementById("play")
      .addEventListener("click", () => (this.timerOfFilm ? this.pause() : this.play()));
    document.getElementById("title").textContent = FACTS.title;
    document.getElementById("headline").textContent =
      this.count > 1 ? `from ${FACTS.labels[0]} to ${FACTS.labels.at(-1)}` : FACTS.labels[0];
    listen(this.box, {
      drag: (dx, dy) => this.move(dx, dy),
      zoom: (factor, x, y) => this.closer(factor, x, y),
      hover: (x, y) => this._hover(x, y),
      click: (x, y) => this._hover(x, y),
      leave: () => this._hover(-1, -1),
    });
    document.querySelector(".zoom").addEventListener("click", (event) => {
      ({ in: () => this.closer(1.4), out: () => this.closer(1 / 1.4), fit: () => this.fit() })[
        event.target.dataset.zoom
      ]?.();
    });
    document.getElementById("theme").addEventListener("click", () => this._turn());
    const press = {
      ArrowLeft: () => this.go(this.now - 1),
      ArrowRight: () => this.go(this.now + 1),
      Home: () => this.go(0),
      End: () => this.go(this.count - 1),
      " ": () => document.getElementById("play").click(),
      "+": () => this.closer(1.4),
      "-": () => this.closer(1 / 1.4),
      0: () => this.fit(),
      d: () => this._turn(),
    };
    addEventListener("keydown", (event) => {
      if (
        !press[event.key] ||
        event.ctrlKey ||
        event.metaKey ||
        (event.key === " " && event.target.closest("button"))
      )
        return;
      event.preventDefault();
      press[event.key]();
    });
    new ResizeObserver(() => this._curve()).observe(document.getElementById("curve"));
    this.go(this._asked());
    if (!this.scene.works)
      this.box.append(
        element("p", { class: "missing" }, "This browser draws no WebGL 2, so there is no picture."),
      );
  }

  _asked() {
    const asked = Number(/^#at=(\d+)$/.exec(location.hash)?.[1] ?? 0);
    return Math.min(asked, this.count - 1);
  }

  // The layers of a few pictures are kept.
  _picture(k) {
    if (this.kept.has(k)) return this.kept.get(k);
    if (this.kept.size > 40) {
      for (const old of this.kept.values()) this.scene.forget(old);
      this.kept.clear();
    }
    const { arrays, scene } = this,
      [corners, offsets, owners] = ["corners", "offsets", "owners"].map((name) => arrays[name + k]);
    const count = offsets.length - 1,
      ends = [];
    for (let p = 0; p < count; p++) {
      for (let c = offsets[p]; c < offsets[p + 1]; c++) {
        if (owners[c] < 0) continue;
        const d = c + 1 < offsets[p + 1] ? c + 1 : offsets[p];
        ends.push(corners[2 * c], corners[2 * c + 1], corners[2 * d], corners[2 * d + 1]);
      }
    }
    const made = {
      count,
      polygons: new Polygons({ corners, offsets, owners }),
      fills:
        scene.works &&
        scene.polygons(
          corners,
          offsets,
          Uint32Array.from({ length: count }, (_, p) => p),
        ),
      edges: scene.works && scene.lines(ends, new Uint32Array(ends.length / 4)),
    };
    this.kept.set(k, made);
    return made;
  }

  share(value) {
    if (FACTS.high === FACTS.low) return 0.5;
    return Number.isFinite(value) ? (value - FACTS.low) / (FACTS.high - FACTS.low) : 0;
  }

  // The colour of polygon p now; just born it is the flash's, and fades.
  colour(p, flash) {
    const own = Theme.fill(this.share(this.arrays[`values${this.now}`][p]));
    return this.arrays[`born${this.now}`][p] ? mixed(own, Theme.flash, flash) : own;
  }

  go(k) {
    if (k < 0 || k >= this.count) return;
    this.now = k;
    this.hovered = -1;
    this.slider.value = k;
    this.began = performance.now();
    const born = this.arrays[`born${k}`].reduce((sum, x) => sum + x, 0);
    document
      .getElementById("now")
      .replaceChildren(
        element("b", {}, FACTS.labels[k]),
        element("br"),
        `${counted(FACTS.counts[k], "region")}`,
        element("small", {}, k ? `, ${born.toLocaleString("en")} new` : ""),
      );
    document.getElementById("tip").hidden = true;
    history.replaceState(null, "", `#at=${k}`);
    this._fade();
    this._curve();
  }

  _fade() {
    const flash = Math.max(0, 1 - (performance.now() - this.began) / FADE);
    this._paint(flash);
    if (flash > 0) requestAnimationFrame(() => this._fade());
  }

  _paint(flash) {
    if (!this.scene.works) return;
    const picture = this._picture(this.now),
      bytes = new Uint8Array(4 * picture.count);
    for (let p = 0; p < picture.count; p++) bytes.set([...this.colour(p, flash).map(Math.round), 255], 4 * p);
    this.scene.colour(picture.fills, bytes);
    this.scene.colour(picture.edges, Uint8Array.from([...Theme.ink.map(Math.round), 255]));
    this.redraw();
  }

  play() {
    if (this.now === this.count - 1) this.go(0);
    document.getElementById("play").textContent = "❚❚";
    this.timerOfFilm = setInterval(() => {
      if (this.now === this.count - 1) this.pause();
      else this.go(this.now + 1);
    }, 1000 * FACTS.seconds);
  }

  pause() {
    clearInterval(this.timerOfFilm);
    this.timerOfFilm = 0;
    document.getElementById("play").textContent = "▶";
  }

  _drawScene() {
    if (!this.scene.works || !this.camera) return;
    const picture = this._picture(this.now);
    this._draw([{ layer: picture.fills }, { layer: picture.edges, ...this._lines(picture.count) }]);
  }

  _drawOverlay() {
    if (!this.camera) return;
    const context = this._cleared();
    if (this.hovered >= 0) {
      context.beginPath();
      for (const point of this._picture(this.now).polygons.ring(this.hovered))
        context.lineTo(...this.toScreen(...point));
      context.closePath();
      context.strokeStyle = css(Theme.accent);
      context.lineWidth = 2;
      context.stroke();
    }
    drawAxes(context, this, ["x₁", "x₂"]);
  }

  _hover(x, y) {
    this.hovered = x < 0 ? -1 : this._picture(this.now).polygons.at(...this.toWorld(x, y));
    const tip = document.getElementById("tip");
    tip.hidden = this.hovered < 0;
    if (this.hovered >= 0) {
      const since = this.firstSeen.get(this.arrays[`patterns${this.now}`][this.hovered]);
      const value = this.arrays[`values${this.now}`][this.hovered];
      tip.replaceChildren(
        element("b", {}, since === this.now && this.now ? "new" : `first seen at ${FACTS.labels[since]}`),
        element(
          "span",
          {},
          FACTS.isByPattern ? "" : `${FACTS.what}: ${short(FACTS.isLog ? 10 ** value : value)}`,
        ),
      );
      placeBeside(tip, x, y);
    }
    this.relay();
  }

  // How many regions each network has, above the slider.
  _curve() {
    const canvas = document.getElementById("curve"),
      ratio = devicePixelRatio || 1,
      { clientWidth: width, clientHeight: height } = canvas;
    Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    const context = canvas.getContext("2d"),
      most = Math.max(...FACTS.counts),
      room = 8;
    const at = (k) => [
      room + (width - 2 * room) * (this.count === 1 ? 0.5 : k / (this.count - 1)),
      height - 4 - ((height - 10) * FACTS.counts[k]) / most,
    ];
    context.scale(ratio, ratio);
    context.beginPath();
    for (let k = 0; k < this.count; k++) context.lineTo(...at(k));
    context.strokeStyle = css(Theme.ink, 0.6);
    context.lineWidth = 1.5;
    context.lineJoin = "round";
    context.stroke();
    context.lineTo(at(this.count - 1)[0], height);
    context.lineTo(at(0)[0], height);
    context.fillStyle = css(Theme.ink, 0.08);
    context.fill();
    context.beginPath();
    context.arc(...at(this.now), 4, 0, 2 * Math.PI);
    context.fillStyle = css(Theme.accent);
    context.fill();
    const legend = document.getElementById("legend");
    if (FACTS.isByPattern) {
      legend.textContent = "a colour for each pattern";
      return;
    }
    const ends = [FACTS.low, FACTS.high].map((x) => (FACTS.isLog ? 10 ** x : x));
    const fill = new Fill(
      FACTS.what,
      ends.map((x) => x + 1e-9 * Math.abs(x)),
      { log: FACTS.isLog },
    );
    Object.assign(fill, { low: ends[0], high: ends[1], categories: null });
    legend.replaceChildren(element("span", {}, FACTS.what), fill.legend);
  }

  _turn() {
    Theme.dark = !Theme.dark;
    Theme.apply();
    this._paint(0);
    this._curve();
  }
}

Theme.apply();
begin((arrays) => {
  window.film = new FilmView(arrays);
});
