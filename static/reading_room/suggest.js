// Suggestions while typing, for every search field of the page. The field is a combobox with a
// list (ARIA Authoring Practices): arrows go through it, Enter follows, Escape closes. Without this
// script, and while nothing is chosen, the form searches for what was typed.

const SHORTEST = 2;
const PAUSE_MS = 150;

for (const form of document.querySelectorAll("form[data-suggest]")) begin(form);

function begin(form) {
  const field = form.elements.q;
  const list = document.createElement("div");
  const status = document.createElement("p");
  let options = [];
  let active = -1;
  let waiting = 0;
  let asking = null;

  list.id = `${field.id}-suggestions`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.label);
  list.hidden = true;
  status.className = "unseen";
  status.setAttribute("role", "status");
  field.after(list, status);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "false");
  field.setAttribute("aria-controls", list.id);

  field.addEventListener("input", (event) => {
    clearTimeout(waiting);
    if (!event.isComposing) waiting = setTimeout(ask, PAUSE_MS);
  });
  field.addEventListener("compositionend", ask);
  field.addEventListener("keydown", press);
  field.addEventListener("blur", () => setTimeout(close, 0));
  // Or the field would lose the focus before the click arrives.
  list.addEventListener("mousedown", (event) => event.preventDefault());

  async function ask() {
    const text = field.value.trim();
    asking?.abort();
    if (text.length < SHORTEST) return close();
    asking = new AbortController();
    try {
      const address = `${form.dataset.suggest}?${new URLSearchParams({ q: text })}`;
      const answer = await fetch(address, { signal: asking.signal });
      if (answer.ok && document.activeElement === field) show((await answer.json()).groups);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  function show(groups) {
    options = [];
    active = -1;
    field.removeAttribute("aria-activedescendant");
    list.replaceChildren(...groups.map(group));
    open(options.length > 0);
    status.textContent = options.length ? `${form.dataset.label}: ${options.length}` : "";
  }

  function group({ title, items }) {
    const part = element("div", { role: "group", "aria-label": title });
    part.append(element("p", { "aria-hidden": "true" }, title), ...items.map(option));
    return part;
  }

  function option(item) {
    const link = element("a", { role: "option", href: item.path, tabindex: "-1" });
    link.id = `${list.id}-${options.length}`;
    link.append(element("bdi", { lang: item.lang, dir: item.dir }, item.name));
    if (item.other) {
      const { lang, dir, text } = item.other;
      link.append(" ", element("bdi", { lang, dir, class: "quiet" }, text));
    }
    if (item.note) link.append(" ", element("span", { class: "quiet" }, item.note));
    options.push(link);
    return link;
  }

  function press(event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) ask();
      else move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      location.assign(options[active].href);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  }

  // Before the first and after the last lies the field itself: -1.
  function move(step) {
    const places = options.length + 1;
    options[active]?.removeAttribute("aria-selected");
    active = ((active + 1 + step + places) % places) - 1;
    const chosen = options[active];
    chosen?.setAttribute("aria-selected", "true");
    chosen?.scrollIntoView({ block: "nearest" });
    if (chosen) field.setAttribute("aria-activedescendant", chosen.id);
    else field.removeAttribute("aria-activedescendant");
  }

  function open(isOpen) {
    list.hidden = !isOpen;
    field.setAttribute("aria-expanded", String(isOpen));
  }

  function close() {
    clearTimeout(waiting);
    asking?.abort();
    active = -1;
    field.removeAttribute("aria-activedescendant");
    open(false);
  }
}

function element(name, attributes, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}
