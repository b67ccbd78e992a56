// The adjacency graph: where regions are, or spread out by its spectrum.

const MANY_EDGES = 12000; // numbers in `edges` from which on paths are too slow

class GraphPanel {
  constructor(app) {
    const { regions } = app;
    Object.assign(this, { app, regions, canvas: document.getElementById("graph"), dots: [] });
    this.panel = document.getElementById("graph-panel");
    this.panel.hidden = !regions.edges || regions.count < 2;
    if (this.panel.hidden) return;
    this.layouts = [];
    if (regions.places) this.layouts.push(["spectrum", regions.places]);
    if (FACTS.inputs === 2) this.layouts.push(["in place", this._inPlace()]);
    if (!this.layouts.length) this.layouts.push(["in place", this._inPlace()]);
    this.which = 0;
    const names = document.getElementById("layouts");
    if (this.layouts.length > 1) {
      this.layouts.forEach(([name], k) =>
        names.append(
          element(
            "button",
            {
              class: "plain",
              onclick: () => {
                this.which = k;
                this.redraw();
              },
            },
            name,
          ),
        ),
      );
    }
    this.redraw = eachFrame(() => this._draw());
    new ResizeObserver(() => this.redraw()).observe(this.canvas);
    this.canvas.addEventListener("pointermove", (event) => app.hover(this._at(event)));
    this.canvas.addEventListener("pointerleave", () => app.hover(-1));
    this.canvas.addEventListener("click", (event) => app.select(this._at(event)));
  }

  _inPlace() {
    const { regions } = this,
      places = new Float32Array(2 * regions.count);
    for (let i = 0; i < regions.count; i++) places.set([...regions.middle(i)].slice(0, 2), 2 * i);
    return places;
  }

  // Where a region is on the canvas, in pixels of the page.
  _places() {
    const [, places] = this.layouts[this.which],
      { clientWidth: width, clientHeight: height } = this.canvas;
    const isSpread = this.layouts[this.which][0] === "spectrum",
      low = [Infinity, Infinity],
      high = [-Infinity, -Infinity];
    if (!isSpread) {
      for (const axis of [0, 1]) [low[axis], high[axis]] = [FACTS.frame[0][axis], FACTS.frame[1][axis]];
    } else {
      places.forEach((x, k) => {
        low[k & 1] = Math.min(low[k & 1], x);
        high[k & 1] = Math.max(high[k & 1], x);
      });
    }
    const room = 12,
      sx = (width - 2 * room) / (high[0] - low[0] || 1),
      sy = (height - 2 * room) / (high[1] - low[1] || 1);
    const scale = isSpread ? [sx, sy] : [Math.min(sx, sy), Math.min(sx, sy)];
    const at = new Float32Array(places.length);
    for (let k = 0; k < places.length; k += 2) {
      at[k] = width / 2 + (places[k] - (low[0] + high[0]) / 2) * scale[0];
      at[k + 1] = height / 2 - (places[k + 1] - (low[1] + high[1]) / 2) * scale[1];
    }
    return at;
  }

  _draw() {
    const { canvas, regions, app } = this,
      ratio = devicePixelRatio || 1,
      { clientWidth: width, clientHeight: height } = canvas;
    if (!width) return;
    document
      .querySelectorAll("#layouts button")
      .forEach((button, k) => button.setAttribute("aria-pressed", String(k === this.which)));
    const key = [width, height, this.which, Theme.dark, app.fill?.name].join();
    if (this.key !== key) {
      this.key = key;
      this.at = this._places();
      this.kept = this._whole(width, height, ratio);
    }
    Object.assign(canvas, { width: this.kept.width, height: this.kept.height });
    const context = canvas.getContext("2d");
    context.drawImage(this.kept, 0, 0);
    context.scale(ratio, ratio);
    const near = app.selected >= 0 ? app.selected : app.hovered;
    if (near < 0) return;
    context.strokeStyle = context.fillStyle = css(Theme.accent);
    context.lineWidth = 1.5;
    for (const j of regions.neighbours(near)) {
      context.beginPath();
      context.moveTo(this.at[2 * near], this.at[2 * near + 1]);
      context.lineTo(this.at[2 * j], this.at[2 * j + 1]);
      context.stroke();
      this._dot(context, j, j === app.aimed ? 5 : 3);
    }
    this._dot(context, near, 5.5);
    if (app.hovered >= 0 && app.hovered !== near) this._dot(context, app.hovered, 4);
  }

  _dot(context, i, radius) {
    context.beginPath();
    context.arc(this.at[2 * i], this.at[2 * i + 1], radius, 0, 2 * Math.PI);
    context.fill();
  }

  _whole(width, height, ratio) {
    const canvas = element("canvas"),
      { at, regions, app } = this,
      context = canvas.getContext("2d");
    Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    const { edges } = regions;
    if (edges.length > MANY_EDGES) {
      context.putImageData(this._pixels(context.createImageData(canvas.width, canvas.height), ratio), 0, 0);
      return canvas;
    }
    context.scale(ratio, ratio);
    const few = Math.min(1, 30 / Math.sqrt(edges.length));
    context.strokeStyle = css(Theme.ink, Math.max(0.3, 0.55 * few));
    context.lineWidth = Math.max(0.4, few);
    context.beginPath();
    for (let k = 0; k < edges.length; k += 2) {
      context.moveTo(at[2 * edges[k]], at[2 * edges[k] + 1]);
      context.lineTo(at[2 * edges[k + 1]], at[2 * edges[k + 1] + 1]);
    }
    context.stroke();
    const radius = Math.min(4, Math.max(1.5, 35 / Math.sqrt(regions.count)));
    context.strokeStyle = css(Theme.ink, 0.6);
    context.lineWidth = 0.6;
    for (let i = 0; i < regions.count; i++) {
      context.fillStyle = css(app.fill?.colour(i) ?? Theme.quiet);
      this._dot(context, i, radius);
      context.stroke();
    }
    return canvas;
  }

  // Many edges are drawn into an array: the more of them cross a pixel, the darker it is.
  _pixels(image, ratio) {
    const { width, height, data } = image,
      { regions, app } = this,
      { edges } = regions;
    const at = this.at.map((x) => Math.min(Math.max(x * ratio, 0), 8191)),
      crossed = new Uint16Array(width * height);
    for (let k = 0; k < edges.length; k += 2) {
      const a = 2 * edges[k],
        b = 2 * edges[k + 1],
        dx = at[b] - at[a],
        dy = at[b + 1] - at[a + 1];
      const steps = Math.ceil(Math.max(Math.abs(dx), Math.abs(dy), 1));
      for (let t = 0; t < steps; t++) {
        const x = Math.floor(at[a] + (dx * t) / steps),
          y = Math.floor(at[a + 1] + (dy * t) / steps);
        if (x < width && y < height) crossed[y * width + x]++;
      }
    }
    const line = mixed(Theme.ground, Theme.ink, 0.55),
      put = (place, colour, alpha) => {
        for (let c = 0; c < 3; c++) data[4 * place + c] = colour[c];
        data[4 * place + 3] = alpha;
      };
    crossed.forEach((n, place) => {
      if (n) put(place, line, 255 * (1 - 0.72 ** n));
    });
    for (let i = 0; i < regions.count; i++) {
      const x = Math.floor(at[2 * i]),
        y = Math.floor(at[2 * i + 1]);
      if (x < width && y < height) put(y * width + x, app.fill?.colour(i) ?? Theme.quiet, 255);
    }
    return image;
  }

  _at(event) {
    const box = this.canvas.getBoundingClientRect(),
      x = event.clientX - box.left,
      y = event.clientY - box.top;
    let nearest = -1,
      least = 14 ** 2;
    for (let i = 0; i < this.regions.count; i++) {
      const far = (this.at[2 * i] - x) ** 2 + (this.at[2 * i + 1] - y) ** 2;
      if (far < least) [nearest, least] = [i, far];
    }
    return nearest;
  }
}
