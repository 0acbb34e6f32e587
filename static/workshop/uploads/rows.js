// A row of the list for every file, kept as the queue says.

import { percent, size, words } from "./words.js";

// Which buttons a row has, by its state.
const PAUSABLE = new Set(["waiting", "reading", "ready", "starting", "sending"]);

export class Rows {
  #rows = new Map();

  constructor(list, template, queue) {
    this.list = list;
    this.template = template;
    this.queue = queue;
  }

  show() {
    for (const item of this.queue.items) {
      const row = this.#rows.get(item) ?? this.#made(item);
      this.#tell(row, item);
    }
  }

  #made(item) {
    const row = this.template.content.firstElementChild.cloneNode(true);
    const part = (name) => row.querySelector(`[data-part=${name}]`);
    const name = part("name");
    name.textContent = item.file.name;
    name.id = `upload-name-${this.#rows.size}`;
    part("size").textContent = size(item.file.size);
    part("progress").setAttribute("aria-labelledby", name.id);
    for (const button of row.querySelectorAll("button")) {
      button.setAttribute("aria-describedby", name.id);
    }
    part("pause").addEventListener("click", () => this.#press(row, "resume", item));
    part("resume").addEventListener("click", () => this.#press(row, "pause", item));
    part("again").addEventListener("click", () => this.queue.resume(item));
    part("give-up").addEventListener("click", () => {
      if (!item.sent || window.confirm(words("sure", { name: item.file.name }))) {
        this.queue.giveUp(item);
      }
    });
    this.list.append(row);
    this.#rows.set(item, row);
    return row;
  }

  // The button pressed makes way for its opposite, which takes over the focus.
  #press(row, opposite, item) {
    if (opposite === "resume") {
      this.queue.pause(item);
    } else {
      this.queue.resume(item);
    }
    this.#tell(row, item);
    row.querySelector(`[data-part=${opposite}]`).focus();
  }

  #tell(row, item) {
    const part = (name) => row.querySelector(`[data-part=${name}]`);
    const set = (name, key, value) => {
      const element = part(name);
      if (element[key] !== value) {
        element[key] = value;
      }
    };
    row.dataset.state = item.paused ? "paused" : item.state;
    const reading = item.state === "reading";
    set("progress", "max", Math.max(1, item.file.size));
    set("progress", "value", reading ? item.read : item.sent);
    set("progress", "hidden", item.ended);
    set("said", "textContent", said(item));
    set("sign-in", "hidden", item.reason !== "signed-out" || item.state !== "broken");
    set("page", "hidden", !item.page);
    if (item.page) {
      part("page").setAttribute("href", item.page);
    }
    const pausable = PAUSABLE.has(item.state);
    set("pause", "hidden", !pausable || item.paused);
    set("resume", "hidden", !pausable || !item.paused);
    set("again", "hidden", !item.again);
    set("give-up", "hidden", item.ended);
  }
}

export function said(item) {
  if (item.paused && !item.ended) {
    return words("paused", { part: percent(part(item)) });
  }
  if (item.retrying) {
    return item.message || words("retrying", { part: percent(part(item)) });
  }
  switch (item.state) {
    case "reading":
      return words("reading", { part: percent(item.file.size ? item.read / item.file.size : 1) });
    case "sending":
      return words("sending", { part: percent(part(item)) });
    case "broken":
      return words(item.reason);
    case "refused":
      return item.message || words(item.reason);
    case "held":
      return item.message || words("held");
    default:
      return words(item.state);
  }
}

function part(item) {
  return item.file.size ? item.sent / item.file.size : 1;
}
