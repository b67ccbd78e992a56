// The regions: patterns, maps, neighbours; and which one holds a point of the plane.

const FRAME = -2,
  DOMAIN = -1;

class Regions {
  constructor(arrays) {
    Object.assign(this, arrays);
    this.arrays = arrays;
    this.count = FACTS.regions;
    this.units = FACTS.pieces.length;
    this.firsts = [0];
    for (const stage of FACTS.stages) this.firsts.push(this.firsts.at(-1) + stage.units);
    this.stageOf = new Uint32Array(this.units);
    FACTS.stages.forEach((_, s) => this.stageOf.fill(s, this.firsts[s], this.firsts[s + 1]));
    this.commas = FACTS.pieces.some((n) => n > 10);
    this.polygonOf = new Int32Array(this.count).fill(-1);
    this.shown.forEach((region, k) => {
      this.polygonOf[region] = k;
    });
    this.size = new Float64Array(this.count).fill(NaN);
    this.shown.forEach((region, k) => {
      this.size[region] = this.sizes[k];
    });
    this.stride = Math.ceil(this.units / 8);
    this._link();
  }

  _link() {
    this.degree = new Float32Array(this.count).fill(this.edges ? 0 : NaN);
    this.starts = new Uint32Array(this.count + 1);
    if (!this.edges) return;
    for (const i of this.edges) this.degree[i]++;
    for (let i = 0; i < this.count; i++) this.starts[i + 1] = this.starts[i] + this.degree[i];
    const at = this.starts.slice(0, this.count);
    this.linked = new Uint32Array(this.edges.length);
    for (let k = 0; k < this.edges.length; k += 2) {
      const i = this.edges[k],
        j = this.edges[k + 1];
      this.linked[at[i]++] = j;
      this.linked[at[j]++] = i;
    }
  }

  neighbours(i) {
    return this.edges ? this.linked.subarray(this.starts[i], this.starts[i + 1]) : [];
  }

  piece(i, unit) {
    return this.bits
      ? (this.bits[i * this.stride + (unit >> 3)] >> (unit & 7)) & 1
      : this.patterns[i * this.units + unit];
  }

  // The pieces of a region's units, stage by stage.
  pattern(i, between = " ") {
    return FACTS.stages
      .map((_, s) => {
        const pieces = [];
        for (let u = this.firsts[s]; u < this.firsts[s + 1]; u++) pieces.push(this.piece(i, u));
        return pieces.join(this.commas ? "," : "");
      })
      .join(between);
  }

  unitName(unit) {
    return unit < 0
      ? unit === DOMAIN
        ? "domain"
        : "frame"
      : `${this.stageOf[unit] + 1}·${unit - this.firsts[this.stageOf[unit]]}`;
  }

  // The units whose piece differs.
  crossed(i, j) {
    const units = [];
    for (let u = 0; u < this.units; u++) if (this.piece(i, u) !== this.piece(j, u)) units.push(u);
    return units;
  }

  // Output k as numbers: one for each input, and the shift.
  form(i, k) {
    const width = FACTS.inputs + 1,
      start = (i * FACTS.outputs + k) * width;
    return this.maps.subarray(start, start + width);
  }

  formText(i, k) {
    const form = this.form(i, k);
    let text = "";
    form.forEach((x, j) => {
      if (x === 0 && !(j === form.length - 1 && !text)) return;
      const name = j < form.length - 1 ? `x${lowered(j + 1)}` : "";
      const size = Math.abs(x) === 1 && name ? "" : short(Math.abs(x));
      const term = size && name ? `${size} ${name}` : size + name;
      text += text ? (x < 0 ? " − " : " + ") + term : (x < 0 ? "−" : "") + term;
    });
    return text;
  }

  // A point in the middle of what is shown of a region, or its witness.
  middle(i) {
    const dim = FACTS.inputs === 1 ? 2 : FACTS.inputs,
      k = this.polygonOf[i];
    if (k >= 0) return this.centres.subarray(k * dim, (k + 1) * dim);
    return FACTS.inputs === 1 ? [this.witnesses[i], 0] : this.witnesses.subarray(i * dim, (i + 1) * dim);
  }

  // Output k in the middle of each region.
  outputs(k) {
    const dim = FACTS.inputs;
    return Float32Array.from({ length: this.count }, (_, i) => {
      const form = this.form(i, k),
        at = this.middle(i);
      let value = form[dim];
      for (let j = 0; j < dim; j++) value += form[j] * at[j];
      return value;
    });
  }
}

// Polygons of the plane, in a grid of cells for finding the one that holds a point.
class Polygons {
  constructor(regions) {
    Object.assign(this, {
      regions,
      corners: regions.corners,
      offsets: regions.offsets,
      owners: regions.owners,
    });
    this.count = this.offsets.length - 1;
    [this.lower, this.upper] = FACTS.frame;
    this.side = Math.max(1, Math.min(512, Math.ceil(Math.sqrt(this.count))));
    this.boxes = new Float64Array(4 * this.count);
    const starts = new Uint32Array(this.side * this.side + 1);
    for (let k = 0; k < this.count; k++) {
      let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
      for (let c = this.offsets[k]; c < this.offsets[k + 1]; c++) {
        const x = this.corners[2 * c],
          y = this.corners[2 * c + 1];
        if (x < x0) x0 = x;
        if (x > x1) x1 = x;
        if (y < y0) y0 = y;
        if (y > y1) y1 = y;
      }
      this.boxes.set([x0, y0, x1, y1], 4 * k);
      this._cells(k, (cell) => {
        starts[cell + 1]++;
      });
    }
    for (let cell = 0; cell < starts.length - 1; cell++) starts[cell + 1] += starts[cell];
    const at = starts.slice();
    this.members = new Uint32Array(starts.at(-1));
    for (let k = 0; k < this.count; k++)
      this._cells(k, (cell) => {
        this.members[at[cell]++] = k;
      });
    this.starts = starts;
  }

  _place(x, axis) {
    const share = (x - this.lower[axis]) / (this.upper[axis] - this.lower[axis]);
    return Math.min(this.side - 1, Math.max(0, Math.floor(share * this.side)));
  }

  _cells(k, visit) {
    const b = 4 * k;
    const [left, right] = [this._place(this.boxes[b], 0), this._place(this.boxes[b + 2], 0)];
    const [low, high] = [this._place(this.boxes[b + 1], 1), this._place(this.boxes[b + 3], 1)];
    for (let row = low; row <= high; row++) {
      for (let column = left; column <= right; column++) visit(row * this.side + column);
    }
  }

  // How far inside polygon k a point is: the distance to its nearest side, negative outside.
  depth(k, x, y) {
    const { corners, offsets } = this,
      first = offsets[k],
      end = offsets[k + 1];
    let least = Infinity;
    for (let c = first; c < end; c++) {
      const d = c + 1 < end ? c + 1 : first;
      const dx = corners[2 * d] - corners[2 * c],
        dy = corners[2 * d + 1] - corners[2 * c + 1];
      const value = (dx * (y - corners[2 * c + 1]) - dy * (x - corners[2 * c])) / Math.hypot(dx, dy);
      if (value < least) least = value;
    }
    return least;
  }

  // The polygon that holds a point; -1 outside the frame.
  at(x, y) {
    if (x < this.lower[0] || x > this.upper[0] || y < this.lower[1] || y > this.upper[1]) return -1;
    const cell = this._place(y, 1) * this.side + this._place(x, 0);
    let found = -1,
      deepest = -1e-9 * (this.upper[0] - this.lower[0]);
    for (let m = this.starts[cell]; m < this.starts[cell + 1]; m++) {
      const depth = this.depth(this.members[m], x, y);
      if (depth > deepest) [found, deepest] = [this.members[m], depth];
    }
    return found;
  }

  ring(k) {
    const points = [];
    for (let c = this.offsets[k]; c < this.offsets[k + 1]; c++)
      points.push([this.corners[2 * c], this.corners[2 * c + 1]]);
    return points;
  }

  // The edges of a region: ends, owner, the neighbour beyond, and the units that switch.
  edges(region) {
    const k = this.regions.polygonOf[region];
    if (k < 0) return [];
    const ring = this.ring(k);
    return ring.map((from, c) => {
      const to = ring[(c + 1) % ring.length],
        owner = this.owners[this.offsets[k] + c];
      const neighbour = owner >= 0 ? this._beyond(region, from, to) : -1;
      const units = neighbour >= 0 ? this.regions.crossed(region, neighbour) : owner >= 0 ? [owner] : [];
      return { from, to, owner, neighbour, units };
    });
  }

  // Regions meet face to face: the neighbour whose side has the same middle.
  _beyond(region, from, to) {
    const x = (from[0] + to[0]) / 2,
      y = (from[1] + to[1]) / 2;
    let nearest = -1,
      least = Infinity;
    for (const j of this.regions.neighbours(region)) {
      const other = this.regions.polygonOf[j];
      if (other < 0) continue;
      const ring = this.ring(other);
      ring.forEach(([px, py], c) => {
        const [qx, qy] = ring[(c + 1) % ring.length];
        const far = Math.abs((px + qx) / 2 - x) + Math.abs((py + qy) / 2 - y);
        if (far < least) [nearest, least] = [j, far];
      });
    }
    return nearest;
  }
}
