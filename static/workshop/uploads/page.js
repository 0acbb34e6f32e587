// The upload page: files dropped or chosen go into the queue, and the page says how it stands.
// Without this script the same form sends its files in one request.

import { Archive } from "./archive.js";
import { filesOf, isFootage } from "./choosing.js";
import { Queue } from "./queue.js";
import { Rows } from "./rows.js";
import { Unfinished } from "./unfinished.js";
import { duration, number, percent, readWords, size, speed, words } from "./words.js";

// A screen reader hears the state no more often than this.
const SECONDS_BETWEEN_WORDS = 5;

const form = document.getElementById("uploads");
const part = (name) => document.querySelector(`[data-page=${name}]`);
readWords(document.getElementById("upload-words"));

const archive = new Archive({
  uploads: new URL(form.dataset.uploads, location.href).href,
  held: form.dataset.held,
  token: form.querySelector("[name=csrfmiddlewaretoken]").value,
});
let drawing = false;
const queue = new Queue(archive, form.dataset.worker, () => {
  if (!drawing) {
    drawing = true;
    setTimeout(draw, 200);
  }
});
const rows = new Rows(part("list"), document.getElementById("upload-row"), queue);
const unfinished = new Unfinished(part("unfinished"), archive, () => form.elements.recordings.click());

// How far everything together is; what was given up no longer counts.
function totals() {
  const counted = queue.items.filter((item) => item.state !== "given-up");
  const sum = (bytes) => counted.reduce((total, item) => total + bytes(item), 0);
  return {
    files: counted.length,
    ended: counted.filter((item) => item.ended).length,
    all: sum((item) => item.file.size),
    there: sum((item) => (item.ended ? item.file.size : item.sent)),
  };
}

function draw() {
  drawing = false;
  rows.show();
  unfinished.without(new Set(queue.items.map((item) => item.address)));
  const { files, ended, all, there } = totals();
  part("progress").hidden = !queue.items.length;
  part("whole").max = Math.max(1, all);
  part("whole").value = there;
  const facts = [
    words("files", { ended: number(ended), all: number(files) }),
    words("bytes", { there: size(there), all: size(all) }),
  ];
  const pace = queue.pace.speed;
  if (pace && ended < files) {
    facts.push(speed(pace), words("left", { time: duration((all - there) / pace) }));
  }
  part("facts").replaceChildren(...facts.flatMap((fact) => [inOnePiece(fact), " "]));
  const going = queue.unended.some((item) => !item.paused);
  part("pause-all").hidden = !going;
  part("resume-all").hidden = going || !queue.unended.length;
  part("next").hidden = !queue.items.some((item) => item.state === "done");
}

// A fact wraps as a whole.
function inOnePiece(fact) {
  const span = document.createElement("span");
  span.textContent = fact;
  return span;
}

// --- Choosing ------------------------------------------------------------------------------------
function take(files) {
  if (!files.length) {
    return;
  }
  queue.add(files.filter(isFootage), form.elements.source_note.value);
}

function takeFrom(input) {
  take([...input.files]);
  // The same file may be chosen again.
  input.value = "";
}

for (const input of form.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", () => takeFrom(input));
  // Chosen before this script had come over the line, or kept by the browser over a reload.
  takeFrom(input);
}
part("choose-files").addEventListener("click", () => form.elements.recordings.click());
part("choose-folder").addEventListener("click", () => part("folder").click());
form.addEventListener("submit", (event) => event.preventDefault());

const zone = part("zone");
for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) {
    zone.classList.remove("over");
  }
});
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  zone.classList.remove("over");
  take(await filesOf(event.dataTransfer));
});

// --- All at once ---------------------------------------------------------------------------------
part("pause-all").addEventListener("click", () => {
  queue.unended.forEach((item) => queue.pause(item));
  draw();
  part("resume-all").focus();
});
part("resume-all").addEventListener("click", () => {
  queue.unended.forEach((item) => queue.resume(item));
  draw();
  part("pause-all").focus();
});
window.addEventListener("online", () => queue.hurry());
window.addEventListener("beforeunload", (event) => {
  if (queue.unended.length) {
    event.preventDefault();
  }
});

// --- What is said --------------------------------------------------------------------------------
setInterval(() => {
  if (queue.unended.length) {
    draw();
  }
  const { files, ended, all, there } = totals();
  const state =
    ended === files
      ? words("all-ended", { ended: number(ended) })
      : words("status", {
          ended: number(ended),
          all: number(files),
          part: percent(all ? there / all : 1),
        });
  if (files && part("status").textContent !== state) {
    part("status").textContent = state;
  }
}, SECONDS_BETWEEN_WORDS * 1000);

// The page is whole: what needs this script is shown, what it replaces goes.
for (const element of document.querySelectorAll("[data-with-script]")) {
  element.hidden = false;
}
for (const element of document.querySelectorAll("[data-without-script]")) {
  element.hidden = true;
}
unfinished.show();
