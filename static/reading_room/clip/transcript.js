// A transcript that marks the line being spoken, leads to the second of any line, and is searched.

// `playing` is null where the clip itself is not shown.
export function following(playing, block) {
  if (!block || block.dataset.ready) return;
  block.dataset.ready = "true";
  const lines = [...block.querySelectorAll("li[data-from]")];
  if (playing) {
    new Following(playing, block, lines);
  } else {
    block.querySelector("[data-follow]").closest("label").hidden = true;
  }
  new Search(block, lines);
}

class Following {
  constructor(playing, block, lines) {
    this.block = block;
    this.list = block.querySelector("ol");
    this.times = lines.map((line) => ({
      line,
      from: Number(line.dataset.from),
      to: Number(line.dataset.to),
    }));
    this.spoken = null;
    this.scrolls = block.querySelector("[data-follow]");
    const follow = () => block.classList.toggle("transcript-follows", this.scrolls.checked);
    // Some browsers bring a page back with what was ticked on it.
    follow();
    this.scrolls.addEventListener("change", () => {
      follow();
      this.scroll();
    });
    playing.element.addEventListener("timeupdate", () => this.at(playing.time));
    playing.element.addEventListener("seeked", () => this.at(playing.time));
    this.list.addEventListener("click", (event) => {
      const link = event.target.closest(".line-time a");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      playing.goTo(Number(link.closest("li").dataset.from));
    });
  }

  at(seconds) {
    const found = this.times.find(({ from, to }) => from <= seconds && seconds < to);
    const line = found?.line ?? null;
    if (line === this.spoken) return;
    this.spoken?.removeAttribute("aria-current");
    line?.setAttribute("aria-current", "true");
    this.spoken = line;
    this.scroll();
  }

  // Only within the list, and only when asked: the page itself never moves under a reader.
  scroll() {
    if (!this.spoken || !this.scrolls.checked) return;
    const above = this.list.clientHeight / 3;
    this.list.scrollTop = this.spoken.offsetTop - this.list.offsetTop - above;
  }
}

class Search {
  constructor(block, lines) {
    this.lines = lines;
    this.texts = lines.map((line) => folded(line.textContent));
    this.found = [];
    this.at = -1;
    this.status = block.querySelector("[data-found]");
    this.field = block.querySelector("[data-search]");
    this.field.addEventListener("input", () => this.look());
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.step(event.shiftKey ? -1 : 1);
    });
    for (const button of block.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => this.step(Number(button.dataset.step)));
    }
  }

  look() {
    const wanted = folded(this.field.value);
    for (const line of this.lines) line.classList.remove("line-found", "line-here");
    this.found = wanted
      ? this.lines.filter((_, number) => this.texts[number].includes(wanted))
      : [];
    for (const line of this.found) line.classList.add("line-found");
    this.at = -1;
    if (!wanted) {
      this.status.textContent = "";
    } else if (this.found.length === 0) {
      this.status.textContent = this.status.dataset.none;
    } else {
      this.step(1);
    }
  }

  step(by) {
    if (this.found.length === 0) return;
    this.found[this.at]?.classList.remove("line-here");
    this.at = (this.at + by + this.found.length) % this.found.length;
    const line = this.found[this.at];
    line.classList.add("line-here");
    line.scrollIntoView({ block: "nearest" });
    this.status.textContent = this.status.dataset.some
      .replace("[at]", this.at + 1)
      .replace("[all]", this.found.length);
  }
}

// As the archive's own search folds words: without vowel marks, one form of alef, yeh and teh.
function folded(text) {
  return text
    .normalize("NFKD")
    .replace(/\p{M}|\u0640|[\u200c-\u200f\u202a-\u202e\u2066-\u2069]/gu, "")
    .replace(/[أإآٱ]/g, "ا")
    .replace(/[ىی]/g, "ي")
    .replace(/ة/g, "ه")
    .replace(/ک/g, "ك")
    .toLowerCase()
    .replace(/\s+/g, " ")
    .trim();
}
