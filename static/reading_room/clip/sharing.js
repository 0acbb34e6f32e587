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

  const copy = async (address) => {
    const shown = document.createElement("bdi");
    shown.dir = "ltr";
    shown.textContent = address;
    let copied = true;
    try {
      await navigator.clipboard.writeText(address);
    } catch {
      copied = false;
    }
    said.replaceChildren(copied ? said.dataset.copied : said.dataset.notCopied, " ", shown);
  };

  const mark = (which) => {
    marks[which] = playing.time;
    const { start, end } = marks;
    if (start !== null && end !== null && end <= start) {
      marks[which === "start" ? "end" : "start"] = null;
      said.textContent = said.dataset.order;
      show(written(playing.time));
    } else if (start !== null && end !== null) {
      copy(show(`${written(start)},${written(end)}`));
    } else {
      const address = show(written(start ?? 0));
      const shown = document.createElement("bdi");
      shown.dir = "ltr";
      shown.textContent = address;
      said.replaceChildren(shown);
    }
  };

  const here = () => copy(show(written(playing.time)));
  tools.querySelector("[data-share=here]").addEventListener("click", here);
  for (const button of tools.querySelectorAll("[data-mark]")) {
    button.addEventListener("click", () => mark(button.dataset.mark));
  }
  playing.keys.set("KeyS", here);
  playing.keys.set("KeyI", () => mark("start"));
  playing.keys.set("KeyO", () => mark("end"));
}

// Seconds as addresses write them: one decimal, and none that says nothing.
function written(seconds) {
  return String(Math.round(seconds * 10) / 10);
}

// Buttons that copy the text of an element, and say so in their own place.
export function copyButtons() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const name = button.textContent;
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(text.textContent.trim());
        button.textContent = `${name} ✓`;
      } catch {
        // Not allowed: the text is marked, for the reader's own keys.
        getSelection().selectAllChildren(text);
      }
    });
  }
}
