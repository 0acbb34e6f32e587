// What the page says. Sentences come translated from the template; numbers from the browser, with
// Latin digits in both languages, as everywhere in the archive.

const page = document.documentElement.lang;
const locale = page.startsWith("ar") ? "ar-SY-u-nu-latn" : page;
const sentences = new Map();

export function readWords(element) {
  for (const sentence of element.content.querySelectorAll("[data-word]")) {
    sentences.set(sentence.dataset.word, sentence.textContent.trim());
  }
}

// words("said", {name: "x"}) puts x where the sentence has [name].
export function words(key, values = {}) {
  return sentences.get(key).replace(/\[(\w+)\]/g, (_, name) => isolated(values[name]));
}

// A name or number of either direction inside a sentence of the other one.
function isolated(value) {
  return `\u2068${value}\u2069`;
}

export function number(value) {
  return new Intl.NumberFormat(locale).format(value);
}

function measured(value, unit, digits = 0) {
  const unitDisplay = unit === "byte" ? "long" : "short";
  const options = { style: "unit", unit, unitDisplay, maximumFractionDigits: digits };
  return new Intl.NumberFormat(locale, options).format(value);
}

const SIZES = [
  ["gigabyte", 1e9],
  ["megabyte", 1e6],
  ["kilobyte", 1e3],
];

export function size(bytes) {
  const [unit, factor] = SIZES.find(([, least]) => bytes >= least) ?? ["byte", 1];
  return measured(bytes / factor, unit, factor > 1e3 ? 1 : 0);
}

export function speed(bytesPerSecond) {
  const [unit, factor] = SIZES.find(([, least]) => bytesPerSecond >= least) ?? ["byte", 1];
  return measured(bytesPerSecond / factor, `${unit}-per-second`, factor > 1e3 ? 1 : 0);
}

export function percent(part) {
  const options = { style: "percent", maximumFractionDigits: 0 };
  return new Intl.NumberFormat(locale, options).format(part);
}

export function duration(seconds) {
  if (seconds < 90) {
    return measured(Math.ceil(seconds), "second");
  }
  if (seconds < 90 * 60) {
    return measured(Math.round(seconds / 60), "minute");
  }
  return measured(seconds / 3600, "hour", 1);
}
