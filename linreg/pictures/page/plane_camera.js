// A camera over the plane: what every picture of it needs, to move, to come closer, to be drawn.

const SLOW = 30; // milliseconds for a picture, beyond which it does not follow every movement
const CLOSEST = 4e7; // times further: there a pixel is as large as the corners' rounding
const LEAST_RATIO = 0.4; // both axes have the same scale unless the frame is narrower

class PlaneCamera {
  constructor() {
    [this.lower, this.upper] = FACTS.frame;
    this.box = document.getElementById("picture");
    this.overlay = document.getElementById("overlay");
    this.scene = new PlaneScene(document.getElementById("scene"), this.lower, this.upper);
    this.redraw = eachFrame(() => {
      this._drawScene();
      this._drawOverlay();
    });
    this.relay = eachFrame(() => this._drawOverlay());
    this._resized();
    new ResizeObserver(() => this._resized()).observe(this.box);
  }

  _resized() {
    const before = this.width;
    this.width = this.box.clientWidth;
    this.height = this.box.clientHeight;
    if (!before || this.isFitted) this.fit();
    this.redraw();
  }

  fit() {
    const wide = this.upper[0] - this.lower[0],
      high = this.upper[1] - this.lower[1],
      room = 28;
    let sx = (this.width - room) / wide,
      sy = (this.height - room) / high;
    if (FACTS.inputs === 2 && wide / high > LEAST_RATIO && wide / high < 1 / LEAST_RATIO)
      sx = sy = Math.min(sx, sy);
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
    this._moved();
  }

  closer(factor, x = this.width / 2, y = this.height / 2) {
    const [wx, wy] = this.toWorld(x, y),
      { camera } = this,
      most = this.least.sx * CLOSEST;
    const by = Math.min(Math.max(factor, this.least.sx / camera.sx), most / camera.sx);
    camera.sx *= by;
    if (FACTS.inputs === 2) camera.sy *= by; // the graph of a function stays in view
    const [nx, ny] = this.toWorld(x, y);
    camera.x += wx - nx;
    camera.y += wy - ny;
    this._moved();
  }

  // Draws layers, and notes how long that takes.
  _draw(layers) {
    const began = performance.now();
    this.scene.draw(layers, this.camera, Theme.ground);
    this.drawn = { ...this.camera };
    this.box.querySelector("canvas").style.transform = "";
    if (!this.isMoving) this.isSlow = this.scene.settle() - began > SLOW;
  }

  // While the camera moves, what takes long to draw is moved as it was drawn, and drawn again at rest.
  _moved() {
    this.isFitted = false;
    clearTimeout(this.timer);
    this.isMoving = true;
    this.timer = setTimeout(() => {
      this.isMoving = false;
      this.redraw();
    }, 150);
    if (!this.isSlow || !this.drawn) {
      this.redraw();
      return;
    }
    const { camera, drawn } = this,
      fx = camera.sx / drawn.sx,
      fy = camera.sy / drawn.sy;
    const [x, y] = [(drawn.x - camera.x) * camera.sx, (camera.y - drawn.y) * camera.sy];
    this.box.querySelector("canvas").style.transform = `translate(${x}px, ${y}px) scale(${fx}, ${fy})`;
    this.relay();
  }

  // The overlay's context in pixels of the page, empty but for the frame.
  _cleared() {
    const ratio = devicePixelRatio || 1,
      { overlay, width, height } = this,
      context = overlay.getContext("2d");
    Object.assign(overlay, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    context.scale(ratio, ratio);
    const [left, top] = this.toScreen(this.lower[0], this.upper[1]),
      [right, bottom] = this.toScreen(this.upper[0], this.lower[1]);
    context.strokeStyle = css(Theme.ink, 0.35);
    context.lineWidth = 1;
    context.strokeRect(left, top, right - left, bottom - top);
    return context;
  }

  // How polygons of this number look, in pixels: among many small ones lines are thin and pale.
  _lines(count) {
    const wide = (this.upper[0] - this.lower[0]) * this.camera.sx,
      high = (this.upper[1] - this.lower[1]) * this.camera.sy;
    const size = Math.sqrt((wide * high) / Math.max(1, count));
    return {
      strength: Math.min(1, Math.max(0.1, size / 14)),
      width: Math.min(1.3, Math.max(0.7, size / 30)),
      least: 0.6,
    };
  }
}
