// SHA-256 of blobs, as promises; the work is done in a worker.

// The file cannot be read any more: moved, changed, or its card taken out.
export class Unreadable extends Error {}

export class Digests {
  #address;
  #worker = null;
  #jobs = new Map();
  #last = 0;

  constructor(address) {
    this.#address = address;
  }

  // A promise of the 32 bytes. It rejects with Unreadable, as `signal` says when that aborts, or
  // with another error when the worker itself could not be loaded: then try again later.
  // `onProgress` hears how many bytes are read.
  of(blob, { onProgress = () => {}, signal } = {}) {
    const id = (this.#last += 1);
    this.#worker ??= this.#started();
    return new Promise((resolve, reject) => {
      this.#jobs.set(id, { resolve, reject, onProgress });
      signal?.addEventListener("abort", () => {
        this.#worker?.postMessage({ id, stop: true });
        this.#jobs.delete(id);
        reject(signal.reason);
      });
      this.#worker.postMessage({ id, blob });
    });
  }

  #started() {
    const worker = new Worker(this.#address, { type: "module" });
    worker.onmessage = ({ data }) => this.#told(data);
    worker.onerror = () => {
      this.#worker = null;
      const unanswered = [...this.#jobs.values()];
      this.#jobs.clear();
      unanswered.forEach(({ reject }) => reject(new Error("the worker did not start")));
    };
    return worker;
  }

  #told({ id, done, digest, error }) {
    const job = this.#jobs.get(id);
    if (!job) {
      return;
    }
    if (done !== undefined) {
      job.onProgress(done);
      return;
    }
    this.#jobs.delete(id);
    if (error) {
      job.reject(new Unreadable(error));
    } else {
      job.resolve(digest);
    }
  }
}

export function hexadecimal(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function base64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}
