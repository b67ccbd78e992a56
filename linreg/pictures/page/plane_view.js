// The picture of the plane: a camera over the polygons, and what lies on top of them.

const EDGE_NEAR = 7;  // pixels from an edge within which the pointer is on it
const LEAST_RATIO = 0.4;  // both axes have the same scale unless the frame is narrower

class PlaneView {
  constructor(app) {
    const { regions } = app;
    Object.assign(this, { app, regions, polygons: new Polygons(regions) });
    [this.lower, this.upper] = FACTS.frame;
    this.box = document.getElementById("picture");
    this.overlay = document.getElementById("overlay");
    this.scene = new PlaneScene(document.getElementById("scene"), this.lower, this.upper);
    this.names = ["x₁", FACTS.inputs === 1 ? "outputs" : "x₂"];
    this.hasEdges = this.hasBoundary = true;
    this.spot = -1;
    this.near = null;
    this.redraw = eachFrame(() => { this._drawScene(); this._drawOverlay(); });
    this.relay = eachFrame(() => this._drawOverlay());
    if (this.scene.works) this._load();
    new ResizeObserver(() => this._resized()).observe(this.box);
    listen(this.box, {
      drag: (dx, dy) => this.move(dx, dy),
      zoom: (factor, x, y) => this.closer(factor, x, y),
      hover: (x, y) => this._hover(x, y),
      click: (x, y) => app.select(this.pick(x, y)),
      leave: () => { this.near = null; app.hover(-1); },
    });
  }

  _load() {
    const { scene, regions, polygons } = this, { corners, offsets, owners, shown } = regions;
    this.fills = scene.polygons(corners, offsets, shown);
    const ends = [], ids = [];
    for (let k = 0; k < polygons.count; k++) {
      for (let c = offsets[k]; c < offsets[k + 1]; c++) {
        if (owners[c] < 0) continue;
        const d = c + 1 < offsets[k + 1] ? c + 1 : offsets[k];
        const dx = corners[2 * d] - corners[2 * c], dy = corners[2 * d + 1] - corners[2 * c + 1];
        // Polygons are counterclockwise and meet face to face: of the two sides one goes this way.
        const isThis = Math.abs(dx) > 1e-6 * Math.abs(dy) ? dx > 0 : dy > 0;
        if (!isThis && FACTS.complete) continue;
        ends.push(corners[2 * c], corners[2 * c + 1], corners[2 * d], corners[2 * d + 1]);
        ids.push(owners[c]);
      }
    }
    this.edges = scene.lines(ends, ids);
    this.lit = { ...this.edges, palette: scene.texture(new Uint8Array(4)) };
    if (regions.pieceOffsets) this.pieces = scene.polygons(regions.pieceCorners, regions.pieceOffsets, regions.pieceClasses);
    if (regions.boundary?.length) this.boundary = scene.lines(regions.boundary, new Uint32Array(regions.boundary.length / 4));
    if (this.boundary) this.rim = { ...this.boundary, palette: scene.texture(new Uint8Array(4)) };
    if (regions.curves) this.curves = scene.lines(regions.curves, regions.curveOutputs);
  }

  // Colours of fills by region, of lines by unit: arrays of bytes.
  colour(fills, inks) {
    if (!this.scene.works) return;
    const { scene } = this, one = (c) => Uint8Array.from([...c, 255]);
    scene.colour(this.fills, fills);
    scene.colour(this.edges, inks);
    const count = Math.max(FACTS.outputs, 2);
    const classes = Uint8Array.from(Array.from({ length: count }, (_, k) =>
      [...Theme.fill(count === 1 ? 0.55 : 0.1 + 0.85 * k / (count - 1)), 255]).flat());
    if (this.pieces) scene.colour(this.pieces, classes);
    if (this.boundary) {
      scene.colour(this.boundary, one(Theme.boundary));
      scene.colour(this.rim, one(Theme.ground));
    }
    if (this.curves) {
      const lines = Array.from({ length: FACTS.outputs }, (_, k) => [...(FACTS.outputs === 1 ? Theme.accent : Theme.line(k, FACTS.outputs)), 255]);
      scene.colour(this.curves, Uint8Array.from(lines.flat()));
    }
    this.redraw();
  }

  // Shows where one unit switches; -1 for none.
  light(units) {
    this.spot = units.length;
    if (!this.scene.works) return;
    const bytes = new Uint8Array(4 * Math.max(1, this.regions.units));
    for (const unit of units) bytes.set([...Theme.accent, 255], 4 * unit);
    this.scene.colour(this.lit, bytes);
    this.redraw();
  }

  _resized() {
    const before = this.width;
    this.width = this.box.clientWidth;
    this.height = this.box.clientHeight;
    if (!before || this.isFitted) this.fit();
    this.redraw();
  }

  fit() {
    const wide = this.upper[0] - this.lower[0], high = this.upper[1] - this.lower[1], room = 28;
    let sx = (this.width - room) / wide, sy = (this.height - room) / high;
    if (FACTS.inputs === 2 && wide / high > LEAST_RATIO && wide / high < 1 / LEAST_RATIO) sx = sy = Math.min(sx, sy);
    this.camera = { x: (this.lower[0] + this.upper[0]) / 2, y: (this.lower[1] + this.upper[1]) / 2, sx, sy };
    this.least = { sx: sx / 4 };
    this.isFitted = true;
    this.redraw();
  }

  toScreen(x, y) {
    const { camera } = this;
    return [(x - camera.x) * camera.sx + this.width / 2, (camera.y - y) * camera.sy + this.height / 2];
  }

  toWorld(x, y) {
    const { camera } = this;
    return [(x - this.width / 2) / camera.sx + camera.x, camera.y - (y - this.height / 2) / camera.sy];
  }

  move(dx, dy) {
    this.camera.x -= dx / this.camera.sx;
    this.camera.y += dy / this.camera.sy;
    this.isFitted = false;
    this.redraw();
  }

  closer(factor, x = this.width / 2, y = this.height / 2) {
    const [wx, wy] = this.toWorld(x, y), { camera } = this, most = this.least.sx * 1e10;
    const by = Math.min(Math.max(factor, this.least.sx / camera.sx), most / camera.sx);
    camera.sx *= by;
    camera.sy *= by;
    const [nx, ny] = this.toWorld(x, y);
    camera.x += wx - nx;
    camera.y += wy - ny;
    this.isFitted = false;
    this.redraw();
  }

  // Brings a region into view, and close enough to be seen.
  show(region) {
    const k = this.regions.polygonOf[region];
    if (k < 0) return;
    const [x0, y0, x1, y1] = this.polygons.boxes.subarray(4 * k, 4 * k + 4);
    const [left, top] = this.toScreen(x0, y1), [right, bottom] = this.toScreen(x1, y0);
    const isIn = left >= 0 && top >= 0 && right <= this.width && bottom <= this.height;
    if (isIn && Math.max(right - left, bottom - top) > 24) return;
    if (!isIn || right - left < 24) Object.assign(this.camera, { x: (x0 + x1) / 2, y: (y0 + y1) / 2 });
    const size = Math.max(right - left, bottom - top, 1e-12), room = Math.min(this.width, this.height);
    if (size < 24 || size > room) this.closer(0.3 * room / size);
    this.isFitted = false;
    this.redraw();
  }

  pick(x, y) {
    const k = this.polygons.at(...this.toWorld(x, y));
    return k < 0 ? -1 : this.regions.shown[k];
  }

  _hover(x, y) {
    const region = this.pick(x, y);
    this.near = null;
    if (region >= 0) {
      let least = EDGE_NEAR;
      for (const edge of this._edges(region)) {
        const away = distance([x, y], this.toScreen(...edge.from), this.toScreen(...edge.to));
        if (away < least) [this.near, least] = [edge, away];
      }
    }
    this.app.hover(region, this.near, x, y);
  }

  // The edges of the region that was asked about last are kept.
  _edges(region) {
    if (this.kept?.region !== region) this.kept = { region, edges: this.polygons.edges(region) };
    return this.kept.edges;
  }

  _drawScene() {
    if (!this.scene.works || !this.camera) return;
    const { camera } = this, wide = (this.upper[0] - this.lower[0]) * camera.sx, high = (this.upper[1] - this.lower[1]) * camera.sy;
    // How large regions look, in pixels: among many small ones lines are thin and pale.
    const size = Math.sqrt(wide * high / Math.max(1, this.polygons.count));
    const strength = Math.min(1, Math.max(0.1, size / 14)), width = Math.min(1.3, Math.max(0.7, size / 30));
    const layers = [{ layer: this.fills }];
    if (this.pieces && this.app.fill?.name === "class") layers.push({ layer: this.pieces });
    if (this.hasEdges) layers.push({ layer: this.edges, width, strength: this.spot > 0 ? 0.35 * strength : strength, least: 0.6 });
    if (this.boundary && this.hasBoundary) layers.push({ layer: this.rim, width: 4.4, strength: 0.8 }, { layer: this.boundary, width: 2.4 });
    if (this.spot > 0) layers.push({ layer: this.lit, width: 2.6 });
    if (this.curves) layers.push({ layer: this.curves, width: 2.2 });
    this.scene.draw(layers, camera, Theme.ground);
  }

  _drawOverlay() {
    if (!this.camera) return;
    const ratio = devicePixelRatio || 1, { overlay, width, height, app } = this, context = overlay.getContext("2d");
    Object.assign(overlay, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    context.scale(ratio, ratio);
    const [left, top] = this.toScreen(this.lower[0], this.upper[1]), [right, bottom] = this.toScreen(this.upper[0], this.lower[1]);
    context.strokeStyle = css(Theme.ink, 0.35);
    context.lineWidth = 1;
    context.strokeRect(left, top, right - left, bottom - top);
    if (app.selected >= 0) this._drawSelected(context, app.selected);
    if (app.hovered >= 0) {
      this._path(context, app.hovered);
      context.strokeStyle = css(Theme.ink, 0.9);
      context.lineWidth = 1.5;
      context.stroke();
    }
    if (this.near) {
      context.beginPath();
      context.moveTo(...this.toScreen(...this.near.from));
      context.lineTo(...this.toScreen(...this.near.to));
      context.lineCap = "round";
      context.strokeStyle = css(Theme.accent);
      context.lineWidth = 4;
      context.stroke();
    }
    drawAxes(context, this, this.names);
  }

  _drawSelected(context, region) {
    const { regions, app } = this;
    for (const j of regions.neighbours(region)) {
      if (!this._path(context, j)) continue;
      context.fillStyle = css(Theme.accent, j === app.aimed ? 0.5 : 0.22);
      context.fill();
    }
    if (!this._path(context, region)) return;
    context.fillStyle = css(Theme.accent, 0.12);
    context.fill();
    context.strokeStyle = css(Theme.ground, 0.9);
    context.lineWidth = 5;
    context.lineJoin = "round";
    context.stroke();
    context.strokeStyle = css(Theme.accent);
    context.lineWidth = 2.5;
    context.stroke();
    this._labels(context, region);
  }

  // On each edge that is long enough, the units that switch there.
  _labels(context, region) {
    context.font = "600 11px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const edge of this.polygons.edges(region)) {
      if (!edge.units.length) continue;
      const p = this.toScreen(...edge.from), q = this.toScreen(...edge.to);
      const text = edge.units.slice(0, 3).map((u) => this.regions.unitName(u)).join(" ") + (edge.units.length > 3 ? " …" : "");
      const wide = context.measureText(text).width + 10;
      if (Math.hypot(q[0] - p[0], q[1] - p[1]) < wide + 6) continue;
      const [x, y] = [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2];
      context.beginPath();
      context.roundRect(x - wide / 2, y - 9, wide, 18, 9);
      context.fillStyle = css(Theme.ground, 0.95);
      context.fill();
      context.strokeStyle = css(Theme.accent);
      context.lineWidth = 1;
      context.stroke();
      context.fillStyle = css(Theme.ink);
      context.fillText(text, x, y + 0.5);
    }
  }

  _path(context, region) {
    const k = this.regions.polygonOf[region];
    if (k < 0) return false;
    context.beginPath();
    for (const point of this.polygons.ring(k)) context.lineTo(...this.toScreen(...point));
    context.closePath();
    return true;
  }
}

// From a point to a segment, in pixels.
function distance([x, y], [px, py], [qx, qy]) {
  const dx = qx - px, dy = qy - py, square = dx * dx + dy * dy;
  const t = square ? Math.min(1, Math.max(0, ((x - px) * dx + (y - py) * dy) / square)) : 0;
  return Math.hypot(x - px - t * dx, y - py - t * dy);
}
