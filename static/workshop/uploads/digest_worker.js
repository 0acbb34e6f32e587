// SHA-256 of files, piece by piece, beside the page: {id, blob} in, {id, done} and {id, digest}
// or {id, error} out. {id, stop: true} ends one early, without an answer. Memory: one piece a job.
// The browser's own crypto.subtle is faster, but wants everything in memory at once: it is for
// chunks, and for small files.

import { sha256 } from "../../vendor/noble-hashes/sha2.js";

const PIECE = 4 * 1024 * 1024;
const AT_ONCE = 8 * 1024 * 1024;
const wanted = new Set();

self.onmessage = ({ data }) => {
  if (data.stop) {
    wanted.delete(data.id);
  } else {
    wanted.add(data.id);
    read(data.id, data.blob);
  }
};

async function read(id, blob) {
  try {
    // Absent where the archive is reached without https from another machine.
    if (blob.size <= AT_ONCE && self.crypto.subtle) {
      const whole = await self.crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
      answer(id, new Uint8Array(whole));
      return;
    }
    const digest = sha256.create();
    for (let at = 0; at < blob.size; at += PIECE) {
      const piece = await blob.slice(at, at + PIECE).arrayBuffer();
      if (!wanted.has(id)) {
        return;
      }
      digest.update(new Uint8Array(piece));
      self.postMessage({ id, done: Math.min(at + PIECE, blob.size) });
    }
    answer(id, digest.digest());
  } catch (error) {
    // The file was moved, changed or taken away (a memory card) while it was read.
    wanted.delete(id);
    self.postMessage({ id, error: error.name });
  }
}

function answer(id, digest) {
  if (wanted.delete(id)) {
    self.postMessage({ id, digest });
  }
}
