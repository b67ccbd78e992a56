// The picture in space: an eye that turns round the solids.

class SpaceView {
  constructor(app) {
    Object.assign(this, { app, regions: app.regions, hasEdges: true, hasBoundary: false });
    this.box = document.getElementById("picture");
    this.scene = new SpaceScene(document.getElementById("scene"), app.regions);
    this.redraw = this.relay = eachFrame(() => this._draw());
    this.fit();
    new ResizeObserver(() => {
      this.width = this.box.clientWidth;
      this.height = this.box.clientHeight;
      this.redraw();
    }).observe(this.box);
    document.getElementById("space-tools").hidden = false;
    for (const id of ["explode", "peel"])
      document.getElementById(id).addEventListener("input", () => this.redraw());
    listen(this.box, {
      drag: (dx, dy) => this.move(dx, dy),
      zoom: (factor) => this.closer(factor),
      hover: (x, y) => app.hover(this.pick(x, y), null, x, y),
      click: (x, y) => app.select(this.pick(x, y)),
      leave: () => app.hover(-1),
    });
  }

  colour(fills, inks) {
    this.plain = { fills, inks };
    this._colour();
  }

  _colour() {
    if (!this.scene.works || !this.plain) return;
    const { app } = this,
      fills = this.plain.fills.slice();
    for (const [region, share] of [
      [app.hovered, 0.35],
      [app.selected, 0.85],
    ]) {
      if (region >= 0)
        fills.set(mixed([...fills.subarray(4 * region, 4 * region + 3)], Theme.accent, share), 4 * region);
    }
    for (const j of app.selected >= 0 ? this.regions.neighbours(app.selected) : []) {
      fills.set(
        mixed([...fills.subarray(4 * j, 4 * j + 3)], Theme.accent, j === app.aimed ? 0.65 : 0.35),
        4 * j,
      );
    }
    const inks = this.lit?.length
      ? this.plain.inks.map((x, k) => (k % 4 === 3 ? x * 0.25 : x))
      : this.plain.inks;
    for (const unit of this.lit ?? []) inks.set([...Theme.accent, 255], 4 * unit);
    this.scene.colour(fills, inks);
    this.redraw();
  }

  light(units) {
    this.lit = units;
    this._colour();
  }

  fit() {
    this.camera = { yaw: -0.9, pitch: 0.45, far: 3.4 };
    this.redraw();
  }

  move(dx, dy) {
    this.camera.yaw += dx * 0.008;
    this.camera.pitch = Math.min(1.5, Math.max(-1.5, this.camera.pitch + dy * 0.008));
    this._moved();
  }

  closer(factor) {
    this.camera.far = Math.min(12, Math.max(0.6, this.camera.far / factor));
    this._moved();
  }

  // While the eye moves, edges that take long are left out.
  _moved() {
    clearTimeout(this.timer);
    this.isMoving = true;
    this.timer = setTimeout(() => {
      this.isMoving = false;
      this.redraw();
    }, 150);
    this.redraw();
  }

  show() {
    this._colour();
  }

  pick(x, y) {
    return this.scene.works ? this.scene.pick(this._eye, this._state, x, y) : -1;
  }

  // Where the eye is: what is right, up, and towards it.
  get _eye() {
    const { yaw, pitch, far } = this.camera;
    const [c, s, p, q] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
    return {
      far,
      axes: [
        [c, s, 0],
        [-q * s, q * c, p],
        [p * s, -p * c, q],
      ],
    };
  }

  get _state() {
    const value = (id) => Number(document.getElementById(id).value);
    return {
      ground: Theme.ground,
      apart: value("explode"),
      peel: value("peel"),
      chosen: this.app.selected,
      hasEdges: this.hasEdges,
    };
  }

  _draw() {
    if (!this.scene.works || !this.width) return;
    const began = performance.now(),
      state = this._state;
    this.scene.draw(this._eye, { ...state, hasEdges: state.hasEdges && !(this.isMoving && this.isSlow) });
    if (!this.isMoving) this.isSlow = this.scene.settle() - began > SLOW;
    const ratio = devicePixelRatio || 1,
      overlay = document.getElementById("overlay"),
      context = overlay.getContext("2d");
    Object.assign(overlay, {
      width: Math.round(this.width * ratio),
      height: Math.round(this.height * ratio),
    });
    context.scale(ratio, ratio);
    this._outline(context, state);
    const [right, up] = this._eye.axes,
      middle = [52, this.height - 52];
    context.fillStyle = css(Theme.ink, 0.8);
    context.font = "italic 12px Georgia, serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    ["x₁", "x₂", "x₃"].forEach((name, k) => {
      const way = [right[k], -up[k]];
      context.strokeStyle = css(Theme.ink, 0.8);
      context.lineWidth = 1.5;
      context.beginPath();
      context.moveTo(...middle);
      context.lineTo(middle[0] + 28 * way[0], middle[1] + 28 * way[1]);
      context.stroke();
      haloed(context, name, middle[0] + 40 * way[0], middle[1] + 40 * way[1]);
    });
  }
  // What is chosen may lie behind others: its edges are drawn over all of them.
  _outline(context, { chosen, apart }) {
    const path = new Path2D();
    for (const ring of this.scene.outline(this._eye, apart, chosen)) {
      ring.forEach(([x, y], k) => path[k ? "lineTo" : "moveTo"](x * this.width, y * this.height));
      path.closePath();
    }
    context.lineJoin = "round";
    for (const [colour, width] of [
      [Theme.ground, 4],
      [Theme.accent, 2],
    ]) {
      context.strokeStyle = css(colour, 0.9);
      context.lineWidth = width;
      context.stroke(path);
    }
  }
}
