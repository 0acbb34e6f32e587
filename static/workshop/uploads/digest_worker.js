// SHA-256 of files, piece by piece, beside the page: {id, blob} in, {id, done} and {id, digest}
// or {id, error} out. {id, stop: true} ends one early, without an answer. Memory: one piece a job.
// The browser's own crypto.subtle wants a whole file in memory at once.

import { sha256 } from "../../vendor/noble-hashes/sha2.js";

const PIECE = 4 * 1024 * 1024;
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
  const digest = sha256.create();
  try {
    for (let at = 0; at < blob.size; at += PIECE) {
      const piece = await blob.slice(at, at + PIECE).arrayBuffer();
      if (!wanted.has(id)) {
        return;
      }
      digest.update(new Uint8Array(piece));
      self.postMessage({ id, done: Math.min(at + PIECE, blob.size) });
    }
    if (wanted.delete(id)) {
      self.postMessage({ id, digest: digest.digest() });
    }
  } catch (error) {
    // The file was moved, changed or taken away (a memory card) while it was read.
    wanted.delete(id);
    self.postMessage({ id, error: error.name });
  }
}
