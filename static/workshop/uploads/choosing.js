// Files from a drop, folders and their folders included.

// What file managers leave in folders; nobody's footage.
const LEFT_BEHIND = /^(\.|Thumbs\.db$|desktop\.ini$)/i;

export function isFootage(file) {
  return !LEFT_BEHIND.test(file.name);
}

// The entries must be asked for before the drop event ends; what is in folders comes later.
export function filesOf(dataTransfer) {
  const entries = Array.from(dataTransfer.items)
    .filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  return below(entries.filter(Boolean));
}

async function below(entries) {
  const found = [];
  for (const entry of entries) {
    if (entry instanceof File) {
      found.push(entry);
    } else if (entry.isFile) {
      found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    } else if (entry.isDirectory) {
      found.push(...(await below(await listed(entry.createReader()))));
    }
  }
  return found;
}

// A reader gives a folder in portions of a hundred, and an empty one at its end.
async function listed(reader) {
  const all = [];
  for (;;) {
    const portion = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!portion.length) {
      return all;
    }
    all.push(...portion);
  }
}
