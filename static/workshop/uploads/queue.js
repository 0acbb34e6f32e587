// The files of this visit, from chosen to "in the archive". One is read and one is sent at a time:
// on a bad line whole files arrive first, and reading the next one costs the line nothing.

import { Digests, hexadecimal, Unreadable } from "./digests.js";
import { Differs, Refusal, SignedOut } from "./archive.js";
import { Pace } from "./pace.js";
import { send } from "./sending.js";

// waiting -> reading -> ready -> sending -> storing -> one of the ends below. `broken` waits for
// somebody, all others go on by themselves. `paused` is beside it: a file stops where it is.
const SECONDS_BETWEEN_QUESTIONS = 5;
const ENDS = new Set(["done", "held", "twice", "refused", "given-up"]);

export class Item {
  constructor(file, source) {
    this.file = file;
    this.source = source;
    this.state = "waiting";
    this.paused = false;
    this.read = 0;
    this.sent = 0;
    // What the archive or the browser said of it, "" when nothing; the clip's page, when known.
    this.message = "";
    this.page = "";
    // Why it stopped ("signed-out", "unreadable", "differs", "refused", "line"), and whether it may
    // go on.
    this.reason = "";
    this.again = false;
    // The line broke and another try is coming.
    this.retrying = false;
  }

  get ended() {
    return ENDS.has(this.state);
  }
}

export class Queue {
  constructor(archive, digestWorker, changed) {
    this.archive = archive;
    this.items = [];
    this.pace = new Pace();
    this.files = new Digests(digestWorker);
    // A worker of its own: a chunk's checksum does not wait behind the next file.
    this.checksums = new Digests(digestWorker);
    this.changed = changed;
  }

  add(files, source) {
    for (const file of files) {
      this.items.push(new Item(file, source));
    }
    this.#goOn();
  }

  get unended() {
    return this.items.filter((item) => !item.ended);
  }

  pause(item) {
    if (!item.ended && !item.paused && item.state !== "storing") {
      item.paused = true;
      if (item.sending) {
        item.sending.stop();
        item.address = item.sending.address;
        item.sending = null;
        item.state = "ready";
      }
      this.#goOn();
    }
  }

  async resume(item) {
    item.paused = false;
    item.retrying = false;
    if (item.again) {
      item.again = false;
      item.message = "";
      try {
        await this.archive.renewToken();
      } catch (error) {
        this.#stop(item, error);
        return;
      }
      item.state = item.digest ? "ready" : "waiting";
    }
    this.#goOn();
  }

  async giveUp(item) {
    const { sending, address } = item;
    item.reading?.abort();
    item.state = "given-up";
    item.sending = null;
    this.#goOn();
    try {
      await (sending ? sending.giveUp() : address && this.archive.giveUp(address));
    } catch {
      // No line: the archive gives it up by itself some days later, and lists it until then.
    }
  }

  // The line is back.
  hurry() {
    this.items.find((item) => item.sending && item.retrying)?.sending.hurry();
  }

  #goOn() {
    const next = (state) => this.items.find((item) => item.state === state && !item.paused);
    if (!this.items.some((item) => item.state === "reading")) {
      const item = next("waiting");
      if (item) {
        this.#read(item);
      }
    }
    if (!this.items.some((item) => ["starting", "sending", "storing"].includes(item.state))) {
      const item = next("ready");
      if (item) {
        this.#send(item);
      }
    }
    this.changed();
  }

  async #read(item) {
    item.state = "reading";
    item.reading = new AbortController();
    try {
      const digest = await this.files.of(item.file, {
        signal: item.reading.signal,
        onProgress: (bytes) => {
          item.read = bytes;
          this.changed();
        },
      });
      item.digest = hexadecimal(digest);
      await this.#check(item);
    } catch (error) {
      if (item.state !== "given-up") {
        this.#stop(item, error);
      }
    }
    this.#goOn();
  }

  // Whether it needs sending at all.
  async #check(item) {
    const same = (other) => other !== item && other.digest === item.digest;
    if (this.items.some((other) => same(other) && !["given-up", "refused"].includes(other.state))) {
      item.state = "twice";
      return;
    }
    let answer = { held: false };
    try {
      answer = await this.archive.held(item.digest);
    } catch (error) {
      if (error instanceof SignedOut) {
        throw error;
      }
      // Without an answer it is sent; a duplicate is recognised at the end as well.
    }
    if (item.state === "given-up") {
      return;
    }
    item.state = answer.held ? "held" : "ready";
    item.message = answer.message ?? "";
    item.page = answer.address ?? "";
  }

  async #send(item) {
    item.state = "starting";
    try {
      item.address ??= await this.#begun(item);
    } catch (error) {
      this.#stop(item, error);
    }
    if (item.state === "starting" && !item.paused) {
      this.#sendFrom(item);
    } else {
      item.state = item.state === "starting" ? "ready" : item.state;
      this.#goOn();
    }
  }

  // Asked until there is an answer: without one a second upload would begin from zero.
  async #begun(item) {
    while (item.state === "starting" && !item.paused) {
      try {
        const address = await this.archive.begun(item.file.size, item.digest);
        item.retrying = false;
        return address;
      } catch (error) {
        if (error instanceof SignedOut) {
          throw error;
        }
        item.retrying = true;
        this.changed();
        await new Promise((resolve) => setTimeout(resolve, SECONDS_BETWEEN_QUESTIONS * 1000));
      }
    }
    return null;
  }

  #sendFrom(item) {
    item.state = "sending";
    let counted = null;
    item.sending = send({
      file: item.file,
      digest: item.digest,
      source: item.source,
      address: item.address,
      archive: this.archive,
      checksums: this.checksums,
      hears: {
        progress: (bytes) => {
          // What was there before this sending is no pace.
          if (counted !== null && bytes > counted) {
            this.pace.moved(bytes - counted);
            item.retrying = false;
            item.message = "";
          }
          counted = bytes;
          item.sent = bytes;
          item.state = bytes === item.file.size ? "storing" : "sending";
          this.changed();
        },
        broken: (message) => {
          item.retrying = true;
          item.message = message;
          this.changed();
        },
        done: ({ outcome, page }) => {
          item.state = outcome === "already-held" ? "held" : "done";
          item.page = page ?? "";
          item.sent = item.file.size;
          this.#sent(item);
        },
        failed: (error) => {
          this.#stop(item, error);
          this.#sent(item);
        },
      },
    });
    this.changed();
  }

  #sent(item) {
    item.sending = null;
    item.address = null;
    item.retrying = false;
    this.#goOn();
  }

  // It cannot go on by itself, and why.
  #stop(item, error) {
    item.message = "";
    item.again = true;
    if (error instanceof Refusal) {
      item.state = item.reason = "refused";
      item.message = error.message;
      item.again = !error.final;
    } else if (error instanceof Unreadable || error instanceof Differs) {
      item.state = "refused";
      item.reason = error instanceof Differs ? "differs" : "unreadable";
      item.again = false;
    } else {
      item.state = "broken";
      item.reason = error instanceof SignedOut ? "signed-out" : "line";
    }
    this.changed();
  }
}
