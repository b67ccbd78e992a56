// The picture of the plane: a camera over the polygons, and what lies on top of them.

const EDGE_NEAR = 7; // pixels from an edge within which the pointer is on it

class PlaneView extends PlaneCamera {
  constructor(app) {
    super();
    const { regions } = app;
    Object.assign(this, { app, regions, polygons: new Polygons(regions) });
    this.names = ["x₁", FACTS.inputs === 1 ? "outputs" : "x₂"];
    this.hasEdges = this.hasBoundary = true;
    this.kept = new Map();
    this.near = null;
    if (this.scene.works) this._load();
    listen(this.box, {
      drag: (dx, dy) => this.move(dx, dy),
      zoom: (factor, x, y) => this.closer(factor, x, y),
      hover: (x, y) => this._hover(x, y),
      click: (x, y) => app.select(this.pick(x, y)),
      leave: () => {
        this.near = null;
        app.hover(-1);
      },
    });
  }

  _load() {
    const { scene, regions, polygons } = this,
      { corners, offsets, owners, shown } = regions;
    this.fills = scene.polygons(corners, offsets, shown);
    const ends = [],
      ids = [];
    for (let k = 0; k < polygons.count; k++) {
      for (let c = offsets[k]; c < offsets[k + 1]; c++) {
        if (owners[c] < 0) continue;
        const d = c + 1 < offsets[k + 1] ? c + 1 : offsets[k];
        const dx = corners[2 * d] - corners[2 * c],
          dy = corners[2 * d + 1] - corners[2 * c + 1];
        // Polygons are counterclockwise and meet face to face: of the two sides one goes this way.
        const isThis = Math.abs(dx) > 1e-6 * Math.abs(dy) ? dx > 0 : dy > 0;
        if (!isThis && FACTS.complete) continue;
        ends.push(corners[2 * c], corners[2 * c + 1], corners[2 * d], corners[2 * d + 1]);
        ids.push(owners[c]);
      }
    }
    Object.assign(this, { ends, owners: ids, edges: scene.lines(ends, ids) });
    if (regions.pieceOffsets)
      this.pieces = scene.polygons(regions.pieceCorners, regions.pieceOffsets, regions.pieceClasses);
    if (regions.boundary?.length)
      this.boundary = scene.lines(regions.boundary, new Uint32Array(regions.boundary.length / 4));
    if (this.boundary) this.rim = { ...this.boundary, palette: scene.texture(new Uint8Array(4)) };
    if (regions.curves) this.curves = scene.lines(regions.curves, regions.curveOutputs);
  }

  // Colours of fills by region, of lines by unit: arrays of bytes.
  colour(fills, inks) {
    if (!this.scene.works) return;
    const { scene } = this,
      one = (c) => Uint8Array.from([...c, 255]);
    scene.colour(this.fills, fills);
    scene.colour(this.edges, inks);
    const count = Math.max(FACTS.outputs, 2);
    const classes = Uint8Array.from(
      Array.from({ length: count }, (_, k) => [
        ...Theme.fill(count === 1 ? 0.55 : 0.1 + (0.85 * k) / (count - 1)),
        255,
      ]).flat(),
    );
    if (this.pieces) scene.colour(this.pieces, classes);
    if (this.boundary) {
      scene.colour(this.boundary, one(Theme.boundary));
      scene.colour(this.rim, one(Theme.ground));
    }
    if (this.curves) {
      const lines = Array.from({ length: FACTS.outputs }, (_, k) => [...Theme.curve(k, FACTS.outputs), 255]);
      scene.colour(this.curves, Uint8Array.from(lines.flat()));
    }
    this.redraw();
  }

  // Shows where one unit switches; -1 for none.
  light(units) {
    if (!this.scene.works) return;
    const bytes = new Uint8Array(4 * Math.max(1, this.regions.units));
    for (const unit of units) bytes.set([...Theme.accent, 255], 4 * unit);
    // The edges of these units are lines of their own: among all they would be no wider than others.
    const mine = new Set(units),
      ends = [],
      ids = [];
    for (let k = 0; mine.size && k < this.owners.length; k++) {
      if (!mine.has(this.owners[k])) continue;
      for (let c = 0; c < 4; c++) ends.push(this.ends[4 * k + c]);
      ids.push(this.owners[k]);
    }
    this.lit = ids.length ? this.scene.lines(ends, ids) : null;
    if (this.lit) this.scene.colour(this.lit, bytes);
    this.redraw();
  }

  // Brings a region into view, and close enough to be seen.
  show(region) {
    const k = this.regions.polygonOf[region];
    if (k < 0) return;
    const [x0, y0, x1, y1] = this.polygons.boxes.subarray(4 * k, 4 * k + 4);
    const [left, top] = this.toScreen(x0, y1),
      [right, bottom] = this.toScreen(x1, y0);
    const isIn = left >= 0 && top >= 0 && right <= this.width && bottom <= this.height;
    if (isIn && Math.max(right - left, bottom - top) > 24) return;
    if (!isIn || right - left < 24) Object.assign(this.camera, { x: (x0 + x1) / 2, y: (y0 + y1) / 2 });
    const size = Math.max(right - left, bottom - top, 1e-12),
      room = Math.min(this.width, this.height);
    if (size < 24 || size > room) this.closer((0.3 * room) / size);
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

  // The edges of a few regions that were asked about are kept.
  _edges(region) {
    if (this.kept.size > 20) this.kept.clear();
    if (!this.kept.has(region)) this.kept.set(region, this.polygons.edges(region));
    return this.kept.get(region);
  }

  _drawScene() {
    if (!this.scene.works || !this.camera) return;
    const look = this._lines(this.polygons.count);
    const layers = [{ layer: this.fills }];
    if (this.pieces && this.app.fill?.name === "class") layers.push({ layer: this.pieces });
    if (this.hasEdges)
      layers.push({ layer: this.edges, ...look, strength: (this.lit ? 0.35 : 1) * look.strength });
    if (this.boundary && this.hasBoundary)
      layers.push({ layer: this.rim, width: 4.4, strength: 0.8 }, { layer: this.boundary, width: 2.4 });
    if (this.lit) layers.push({ layer: this.lit, width: 2.6 });
    if (this.curves) layers.push({ layer: this.curves, width: 2.2 });
    this._draw(layers);
  }

  _drawOverlay() {
    if (!this.camera) return;
    const { app } = this,
      context = this._cleared();
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
    const taken = [];
    for (const edge of this._edges(region)) {
      if (!edge.units.length) continue;
      const p = this.toScreen(...edge.from),
        q = this.toScreen(...edge.to);
      const text =
        edge.units
          .slice(0, 3)
          .map((u) => this.regions.unitName(u))
          .join(" ") + (edge.units.length > 3 ? " …" : "");
      const wide = context.measureText(text).width + 10;
      if (Math.hypot(q[0] - p[0], q[1] - p[1]) < wide + 6) continue;
      const [x, y] = [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2];
      if (taken.some(([tx, ty, other]) => Math.abs(tx - x) < (wide + other) / 2 && Math.abs(ty - y) < 18))
        continue;
      taken.push([x, y, wide]);
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
  const dx = qx - px,
    dy = qy - py,
    square = dx * dx + dy * dy;
  const t = square ? Math.min(1, Math.max(0, ((x - px) * dx + (y - py) * dy) / square)) : 0;
  return Math.hypot(x - px - t * dx, y - py - t * dy);
}
