// One file to the archive over the tus protocol, by tus-js-client, with our own care around it:
// a SHA-256 for every chunk, smaller chunks on a bad line, and patience.

import { base64, Unreadable } from "./digests.js";
import { Differs, Refusal, SignedOut } from "./archive.js";

const { tus } = window;
const MEGABYTE = 1024 * 1024;
// What a broken line can cost: one chunk is sent again. So chunks shrink while the line breaks.
const LARGEST_CHUNK = 6 * MEGABYTE;
const SMALLEST_CHUNK = 0.25 * MEGABYTE;
// At first at once, then once a minute, for a day.
const RETRY_DELAYS = [0, 1000, 3000, 5000, 10000, 20000, 30000, ...Array(24 * 60).fill(60000)];
// A line on which nothing moved for so long is dead, whatever the browser thinks.
const STALLED = 60 * 1000;
// When every byte is sent the archive reads the whole file back before it answers.
const STALLED_AT_THE_END = 15 * 60 * 1000;
// Statuses that ask for another try although they begin with 4: the line broke (408), the place or
// the upload is another request's (409, 423), bytes were damaged on their way (460).
const TRY_AGAIN = new Set([408, 409, 423, 460]);
// Codes of refusals that stand however often the file is sent.
const FINAL = new Set(["empty", "too-large", "not-media", "playlist", "left-the-holdings"]);

// Send `file` with its `digest` (hexadecimal); go on with the upload at `address` when there is
// one. `hears` has progress(bytes), broken(message), done({outcome, page}) and failed(error).
export function send({ file, digest, source, address, archive, checksums, hears }) {
  const upload = new tus.Upload(file, {
    endpoint: archive.uploads,
    uploadUrl: address,
    chunkSize: LARGEST_CHUNK,
    retryDelays: RETRY_DELAYS,
    // The archive itself remembers what is under way: see Archive.begun.
    storeFingerprintForResuming: false,
    metadata: { filename: file.name, filetype: file.type, sha256: digest, source },
    httpStack: new CheckedStack(checksums),
    onBeforeRequest: (request) => request.setHeader("X-CSRFToken", archive.token),
    onAfterResponse: refuseWhatIsNoAnswer,
    onShouldRetry(error) {
      const again = worthAnotherTry(error);
      if (again) {
        if (!error.originalResponse) {
          upload.options.chunkSize = Math.max(SMALLEST_CHUNK, upload.options.chunkSize / 2);
        }
        hears.broken(answerOf(error).message ?? "");
      }
      return again;
    },
    onProgress: (bytes) => hears.progress(bytes),
    onChunkComplete() {
      upload.options.chunkSize = Math.min(LARGEST_CHUNK, upload.options.chunkSize * 2);
    },
    onSuccess({ lastResponse }) {
      if (lastResponse.getHeader("Archive-Digest") !== `sha256:${digest}`) {
        hears.failed(new Differs());
        return;
      }
      hears.done({
        outcome: lastResponse.getHeader("Archive-Outcome"),
        page: lastResponse.getHeader("Archive-Clip"),
      });
    },
    onError: (error) => hears.failed(told(error)),
  });
  upload.start();
  return {
    get address() {
      return upload.url;
    },
    stop: () => upload.abort(),
    // Not waiting for the next attempt's time: the line is back.
    hurry() {
      upload.abort();
      upload.start();
    },
    async giveUp() {
      await upload.abort();
      if (upload.url) {
        await archive.giveUp(upload.url);
      }
    },
  };
}

// Requests as tus-js-client makes them, whose bodies carry a checksum and which notice a dead line.
class CheckedStack extends tus.DefaultHttpStack {
  constructor(checksums) {
    super();
    this.checksums = checksums;
  }

  createRequest(method, address) {
    const request = super.createRequest(method, address);
    const send = request.send.bind(request);
    const abort = request.abort.bind(request);
    let aborted = false;
    request.abort = () => {
      aborted = true;
      return abort();
    };
    request.send = async (body) => {
      if (body) {
        const digest = await this.checksums.of(body);
        request.setHeader("Upload-Checksum", `sha256 ${base64(digest)}`);
      }
      // Aborted while the checksum was made: as with an aborted request, nobody is told.
      return aborted ? new Promise(() => {}) : Promise.race([send(body), stalled(request)]);
    };
    return request;
  }
}

function stalled(request) {
  const transfer = request.getUnderlyingObject();
  return new Promise((_, reject) => {
    let timer;
    const wait = (patience) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        transfer.abort();
        reject(new Error("stalled"));
      }, patience);
    };
    transfer.upload.addEventListener("progress", () => wait(STALLED));
    transfer.upload.addEventListener("load", () => wait(STALLED_AT_THE_END));
    transfer.addEventListener("loadend", () => clearTimeout(timer));
    wait(STALLED);
  });
}

// A sign-in page is no answer, and a server in trouble says nothing about an upload: without this
// tus-js-client would take the latter for "no such upload" and begin again from zero.
function refuseWhatIsNoAnswer(request, response) {
  const answered = response.getUnderlyingObject().responseURL;
  if (new URL(answered).pathname !== new URL(request.getURL(), location.href).pathname) {
    throw new SignedOut();
  }
  const status = response.getStatus();
  if (request.getMethod() === "HEAD" && (status >= 500 || status === 403)) {
    throw new Error(`no answer: ${status}`);
  }
}

function worthAnotherTry(error) {
  const cause = error.causingError;
  if (cause instanceof SignedOut || cause instanceof Unreadable) {
    return false;
  }
  const status = error.originalResponse?.getStatus() ?? 0;
  if (status === 507) {
    // No room: before the first byte that is an answer, in the middle it passes.
    return error.originalRequest.getMethod() === "PATCH";
  }
  return status < 400 || status >= 500 || TRY_AGAIN.has(status);
}

// The archive's own {code, message}, or {} when something else answered or nobody did.
function answerOf(error) {
  try {
    return JSON.parse(error.originalResponse.getBody());
  } catch {
    return {};
  }
}

function told(error) {
  const cause = error.causingError;
  if (cause instanceof SignedOut || cause instanceof Unreadable) {
    return cause;
  }
  const { code, message } = answerOf(error);
  // The page Django shows for a CSRF token of an earlier session.
  if (error.originalResponse?.getStatus() === 403 && !code) {
    return new SignedOut();
  }
  return new Refusal(message, FINAL.has(code));
}
