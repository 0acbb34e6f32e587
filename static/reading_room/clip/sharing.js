// Links from here and to a segment: made in the page, shown in full, copied where that is allowed.

import { citing } from "./citing.js";

export function sharing(playing, part) {
  const tools = part.querySelector("[data-tools]");
  if (!tools) return;
  const link = document.querySelector("[data-link]");
  const label = document.querySelector("[data-of-segment]");
  const field = document.querySelector("[data-segment]");
  const frame = document.querySelector("[data-frame]");
  const cite = citing();
  const said = tools.querySelector("[data-said]");
  const marks = { start: null, end: null };
  // From and until which second of what is played this record is told.
  const first = Number(tools.dataset.from ?? 0);
  const until = Number(tools.dataset.until || Infinity);

  const show = (at) => {
    const address = `${tools.dataset.address}?t=${at}`;
    // A part of a testimony told in several clips is shared by the address of its clip.
    if (link?.dataset.link === tools.dataset.address) {
      link.href = address;
      link.firstElementChild.textContent = address;
      label.textContent = label.dataset.ofSegment;
      if (frame) {
        frame.textContent = frame.textContent.replace(/( src="[^"?]*)[^"]*/, `$1?t=${at}`);
      }
      cite(at);
      if (field) field.value = at;
      field?.removeAttribute("aria-invalid");
      field?.removeAttribute("aria-describedby");
      document.querySelector("[data-unread]")?.remove();
    }
    return address;
  };

  const tell = (words, address) => {
    const shown = document.createElement("bdi");
    shown.dir = "ltr";
    shown.textContent = address;
    said.replaceChildren(words, " ", shown);
  };

  const copy = async (address) => {
    try {
      await navigator.clipboard.writeText(address);
      tell(said.dataset.copied, address);
    } catch {
      tell(said.dataset.notCopied, address);
    }
  };

  // Where the recording stands, for a link: to the tenth of a second, within the record. Null
  // where the record has nothing, which is said: such a link would lead nowhere.
  const here = () => {
    const { time } = playing;
    if (first <= time && time < until) {
      const near = tenths(Math.round, time);
      return Math.max(first, near < until ? near : tenths(Math.floor, time));
    }
    said.textContent = said.dataset.outside;
    return null;
  };

  const ending = () => (playing.time < until ? here() : until);

  // A segment that has but an end begins with the record. One that ends before it begins is none:
  // of its two marks the earlier made one goes.
  const mark = (which) => {
    const other = which === "end" ? "start" : "end";
    const time = which === "end" ? ending() : here();
    if (time === null) return;
    marks[which] = time;
    const ordered = (marks.start ?? first) < (marks.end ?? Infinity);
    if (!ordered) marks[marks[other] === null ? which : other] = null;
    const start = marks.start ?? first;
    const address = show(marks.end === null ? `${start}` : `${start},${marks.end}`);
    if (!ordered) {
      said.textContent = said.dataset.order;
    } else if (marks[other] === null) {
      tell(label.dataset.ofSegment, address);
    } else {
      copy(address);
    }
  };

  const fromHere = () => {
    const time = here();
    if (time !== null) copy(show(`${time}`));
  };
  tools.querySelector("[data-share=here]").addEventListener("click", fromHere);
  for (const button of tools.querySelectorAll("[data-mark]")) {
    button.addEventListener("click", () => mark(button.dataset.mark));
  }
  playing.keys.set("KeyS", fromHere);
  playing.keys.set("KeyI", () => mark("start"));
  playing.keys.set("KeyO", () => mark("end"));
}

function tenths(rounded, seconds) {
  return rounded(seconds * 10) / 10;
}

// Buttons that copy the text of an element: a mark says so to who sees it, words to who listens.
export function copyButtons() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const name = button.textContent;
    const said = document.createElement("span");
    said.className = "unseen";
    said.setAttribute("role", "status");
    button.after(said);
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(text.textContent.trim());
        button.textContent = `${name} ✓`;
        said.textContent = button.dataset.copied;
      } catch {
        // Not allowed: the text is marked, for the reader's own keys.
        getSelection().selectAllChildren(text);
        said.className = "quiet";
        said.textContent = button.dataset.notCopied;
      }
    });
  }
}
