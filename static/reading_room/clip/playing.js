// The browser's own player, with speed, keys, and ranges that stop at their end.

const TEN_SECONDS = 10;

export class Playing {
  constructor(element, region, tools) {
    this.element = element;
    this.whole = rangeOf(element.src);
    this.range = this.whole;
    this.atEnd = () => {};
    // What a key stands for beside what is here: see `sharing`.
    this.keys = new Map([
      ["KeyK", () => this.toggle()],
      ["KeyJ", () => this.skip(-TEN_SECONDS)],
      ["KeyL", () => this.skip(TEN_SECONDS)],
      ["KeyM", () => (this.element.muted = !this.element.muted)],
      ["KeyC", () => this.nextCaptions()],
    ]);
    element.addEventListener("timeupdate", () => this.stopAtEnd());
    for (const place of [region, tools]) {
      place?.addEventListener("keydown", (event) => this.pressed(event));
    }
    const speed = tools?.querySelector("[data-speed]");
    speed?.addEventListener("change", () => (element.playbackRate = Number(speed.value)));
  }

  get time() {
    return this.element.currentTime;
  }

  // To a second, and on from there: whoever pressed a line or a frame asked to see or hear it.
  goTo(seconds) {
    this.keepRange(seconds);
    const go = () => {
      this.element.currentTime = seconds;
      this.element.play().catch(() => {});
    };
    if (this.element.readyState > 0) {
      go();
    } else {
      this.element.addEventListener("loadedmetadata", go, { once: true });
      this.element.preload = "metadata";
      this.element.load();
    }
  }

  // To a second, once somebody plays it.
  beginAt(seconds) {
    this.keepRange(seconds);
    const go = () => (this.element.currentTime = seconds);
    this.element.addEventListener("loadedmetadata", go, { once: true });
  }

  // The range of the address counts for whoever is within it.
  keepRange(seconds) {
    const within = this.whole && this.whole.start <= seconds && seconds < this.whole.end;
    this.range = within ? this.whole : null;
  }

  begin() {
    this.goTo(this.whole?.start ?? 0);
  }

  toggle() {
    if (this.element.paused) {
      this.element.play().catch(() => {});
    } else {
      this.element.pause();
    }
  }

  skip(seconds) {
    this.range = null;
    this.element.currentTime = Math.max(0, this.time + seconds);
  }

  nextCaptions() {
    const tracks = [...this.element.textTracks];
    const shown = tracks.findIndex((track) => track.mode === "showing");
    for (const track of tracks) track.mode = "disabled";
    if (tracks[shown + 1]) tracks[shown + 1].mode = "showing";
  }

  // Browsers stop at the end of `#t=12,15` once; some of them not at all.
  stopAtEnd() {
    if (this.range && this.time >= this.range.end) {
      this.range = null;
      this.element.pause();
      this.atEnd();
    }
  }

  pressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || typesInto(event.target)) return;
    // By place, not by letter: an Arabic keyboard writes another letter with the same key.
    const act = this.keys.get(event.code);
    if (!act) return;
    event.preventDefault();
    act();
  }
}

function typesInto(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
}

// {start, end} of the media fragment in an address; null where it names no end.
function rangeOf(address) {
  const found = /#t=([\d.]+),([\d.]+)$/.exec(address);
  return found && { start: Number(found[1]), end: Number(found[2]) };
}
