// The adjacency graph: where regions are, or spread out by its spectrum.

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
      this.layouts.forEach(([name], k) => names.append(element("button", { class: "plain", onclick: () => { this.which = k; this.redraw(); } }, name)));
    }
    this.redraw = eachFrame(() => this._draw());
    new ResizeObserver(() => this.redraw()).observe(this.canvas);
    this.canvas.addEventListener("pointermove", (event) => app.hover(this._at(event)));
    this.canvas.addEventListener("pointerleave", () => app.hover(-1));
    this.canvas.addEventListener("click", (event) => app.select(this._at(event)));
  }

  _inPlace() {
    const { regions } = this, places = new Float32Array(2 * regions.count);
    for (let i = 0; i < regions.count; i++) places.set([...regions.middle(i)].slice(0, 2), 2 * i);
    return places;
  }

  // Where a region is on the canvas, in pixels of the page.
  _places() {
    const [, places] = this.layouts[this.which], { clientWidth: width, clientHeight: height } = this.canvas;
    const isSpread = this.layouts[this.which][0] === "spectrum", low = [Infinity, Infinity], high = [-Infinity, -Infinity];
    if (!isSpread) {
      for (const axis of [0, 1]) [low[axis], high[axis]] = [FACTS.frame[0][axis], FACTS.frame[1][axis]];
    } else {
      places.forEach((x, k) => { low[k & 1] = Math.min(low[k & 1], x); high[k & 1] = Math.max(high[k & 1], x); });
    }
    const room = 12, sx = (width - 2 * room) / (high[0] - low[0] || 1), sy = (height - 2 * room) / (high[1] - low[1] || 1);
    const scale = isSpread ? [sx, sy] : [Math.min(sx, sy), Math.min(sx, sy)];
    const at = new Float32Array(places.length);
    for (let k = 0; k < places.length; k += 2) {
      at[k] = width / 2 + (places[k] - (low[0] + high[0]) / 2) * scale[0];
      at[k + 1] = height / 2 - (places[k + 1] - (low[1] + high[1]) / 2) * scale[1];
    }
    return at;
  }

  _draw() {
    const { canvas, regions, app } = this, ratio = devicePixelRatio || 1, { clientWidth: width, clientHeight: height } = canvas;
    if (!width) return;
    document.querySelectorAll("#layouts button").forEach((button, k) => button.setAttribute("aria-pressed", String(k === this.which)));
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
    const canvas = element("canvas"), { at, regions, app } = this, context = canvas.getContext("2d");
    Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    context.scale(ratio, ratio);
    const { edges } = regions, few = Math.min(1, 30 / Math.sqrt(edges.length));
    context.strokeStyle = css(Theme.ink, Math.max(0.12, 0.55 * few));
    context.lineWidth = Math.max(0.35, few);
    context.beginPath();
    for (let k = 0; k < edges.length; k += 2) {
      const a = 2 * edges[k], b = 2 * edges[k + 1];
      // Shorter than a third of a pixel: under the dots anyway.
      if (Math.abs(at[a] - at[b]) + Math.abs(at[a + 1] - at[b + 1]) < 0.33) continue;
      context.moveTo(at[a], at[a + 1]);
      context.lineTo(at[b], at[b + 1]);
    }
    context.stroke();
    const radius = Math.min(4, Math.max(0.7, 70 / Math.sqrt(regions.count) / 2));
    for (let i = 0; i < regions.count; i++) {
      const colour = app.fill?.colour(i) ?? Theme.quiet;
      context.fillStyle = css(radius > 1.5 ? colour : mixed(colour, Theme.ink, 0.3));
      if (radius < 1.2) { context.fillRect(at[2 * i] - radius, at[2 * i + 1] - radius, 2 * radius, 2 * radius); continue; }
      context.beginPath();
      context.arc(at[2 * i], at[2 * i + 1], radius, 0, 2 * Math.PI);
      context.fill();
      if (radius > 1.5) { context.strokeStyle = css(Theme.ink, 0.6); context.lineWidth = 0.6; context.stroke(); }
    }
    return canvas;
  }

  _at(event) {
    const box = this.canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    let nearest = -1, least = 14 ** 2;
    for (let i = 0; i < this.regions.count; i++) {
      const far = (this.at[2 * i] - x) ** 2 + (this.at[2 * i + 1] - y) ** 2;
      if (far < least) [nearest, least] = [i, far];
    }
    return nearest;
  }
}
