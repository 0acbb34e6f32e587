// How fast bytes move: the mean of the last seconds, so that one stall does not frighten anybody.

const SECONDS = 15;

export class Pace {
  #moves = [];

  moved(bytes) {
    this.#moves.push({ at: performance.now(), bytes });
  }

  // Bytes per second; 0 when nothing moved lately.
  get speed() {
    const now = performance.now();
    this.#moves = this.#moves.filter(({ at }) => now - at < SECONDS * 1000);
    if (!this.#moves.length) {
      return 0;
    }
    const seconds = Math.max(1, (now - this.#moves[0].at) / 1000);
    return this.#moves.reduce((sum, { bytes }) => sum + bytes, 0) / seconds;
  }
}
