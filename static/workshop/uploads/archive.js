// The archive's answers beside the tus protocol itself: what it holds, what is under way.

// The archive said no. `final`: sending the same file again changes nothing.
export class Refusal extends Error {
  constructor(message = "", final = false) {
    super(message);
    this.final = final;
  }
}

// The archive says it has other bytes than this device sent.
export class Differs extends Error {}

// The session has ended: nothing goes on before somebody signs in.
export class SignedOut extends Error {}

const TUS = { "Tus-Resumable": "1.0.0" };

export class Archive {
  constructor({ uploads, held, token }) {
    this.uploads = uploads;
    this.heldAddress = held;
    this.token = token;
  }

  // {held, message, address}; throws when there is no answer.
  async held(digest) {
    const answer = await this.#asked(`${this.heldAddress}?sha256=${digest}`);
    return answer.json();
  }

  // One's own unfinished uploads, latest first: {address, filename, length, offset, ...}.
  async unfinished() {
    const answer = await this.#asked(`${this.uploads}?state=receiving`);
    return (await answer.json()).uploads;
  }

  // The address of the unfinished upload of these very bytes, or null. The archive remembers, not
  // this device: a file is found again under another name and from another browser, and nothing
  // about it is left behind on a machine that may be seized.
  async begun(length, digest) {
    for (const upload of await this.unfinished()) {
      if (upload.length === length) {
        const answer = await fetch(upload.address, { method: "HEAD", headers: TUS });
        if (metadata(answer.headers.get("Upload-Metadata")).sha256 === digest) {
          return upload.address;
        }
      }
    }
    return null;
  }

  async giveUp(address) {
    const headers = { ...TUS, "X-CSRFToken": this.token };
    await fetch(address, { method: "DELETE", headers });
  }

  // After somebody signed in again in another window the old token is void.
  async renewToken() {
    const answer = await this.#asked(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    this.token = page.querySelector("#uploads [name=csrfmiddlewaretoken]").value;
  }

  async #asked(address) {
    const answer = await fetch(address, { headers: { Accept: "application/json, text/html" } });
    if (answer.redirected) {
      throw new SignedOut();
    }
    if (!answer.ok) {
      throw new Error(`${answer.status}`);
    }
    return answer;
  }
}

function metadata(header) {
  const found = {};
  for (const pair of (header ?? "").split(",")) {
    const [key, value = ""] = pair.trim().split(" ");
    found[key] = atob(value);
  }
  return found;
}
