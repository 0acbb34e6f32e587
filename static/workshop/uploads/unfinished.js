// Uploads that an earlier visit began: which files to choose again, or to give up. A browser
// cannot open a file by itself, so somebody has to choose it once more.

import { percent, size, words } from "./words.js";

export class Unfinished {
  constructor(section, archive, choose) {
    this.section = section;
    this.archive = archive;
    this.choose = choose;
    this.template = section.querySelector("template");
    this.list = section.querySelector("ul");
  }

  async show() {
    let uploads = [];
    try {
      uploads = await this.archive.unfinished();
    } catch {
      // No line: the list can wait, files can be chosen all the same.
    }
    this.list.replaceChildren(...uploads.map((upload) => this.#row(upload)));
    this.without(new Set());
  }

  // These go on now: the other list shows how.
  without(addresses) {
    for (const row of [...this.list.children]) {
      if (addresses.has(row.dataset.address)) {
        row.remove();
      }
    }
    this.section.hidden = !this.list.children.length;
  }

  #row(upload) {
    const row = this.template.content.firstElementChild.cloneNode(true);
    row.dataset.address = upload.address;
    const part = (name) => row.querySelector(`[data-part=${name}]`);
    part("name").textContent = upload.filename;
    part("said").textContent = words("arrived", {
      part: percent(upload.offset / upload.length),
      size: size(upload.length),
    });
    part("choose").addEventListener("click", this.choose);
    part("give-up").addEventListener("click", async () => {
      if (window.confirm(words("sure", { name: upload.filename }))) {
        await this.archive.giveUp(upload.address);
        await this.show();
      }
    });
    return row;
  }
}
