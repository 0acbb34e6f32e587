// The citation and its files follow the segment that is shared.
//
// The archive alone writes citations: their text is asked for. Until it is here, and where it does
// not come, all of them are again of what the page came with, and none is of an earlier segment.

export function citing() {
  const text = document.querySelector("[data-citation]");
  if (!text) return () => {};
  const heading = document.querySelector("[data-cited-segment]");
  const identifier = document.querySelector("[data-unapi]");
  const files = [...document.querySelectorAll("[data-cited]")];
  const came = {
    heading: heading.textContent,
    text: text.textContent,
    identifier: identifier.title,
    files: files.map((file) => file.getAttribute("href")),
  };
  const [reference, language] = came.identifier.split(":");
  const show = (title, words, name, addresses) => {
    heading.textContent = title;
    text.replaceChildren(...unbroken(words, reference));
    identifier.title = name;
    files.forEach((file, place) => file.setAttribute("href", addresses[place]));
  };
  let latest = 0;

  return async (at) => {
    latest += 1;
    const asked = latest;
    const of = (address) => address.replace(/&t=.*$/, "") + `&t=${at}`;
    show(came.heading, came.text, came.identifier, came.files);
    const words = await written(of(text.dataset.citation));
    // A later segment may have been marked while this one was waited for.
    if (words === null || asked !== latest) return;
    show(heading.dataset.citedSegment, words, `${reference}:${language}:${at}`, came.files.map(of));
  };
}

// Words and elements of a text in which no line ends within the reference.
function unbroken(words, reference) {
  return words.split(reference).flatMap((part, place) => {
    if (place === 0) return [part];
    const kept = document.createElement("span");
    kept.className = "whole";
    kept.textContent = reference;
    return [kept, part];
  });
}

// A citation in words, or null where it does not come.
async function written(address) {
  try {
    const answer = await fetch(address);
    return answer.ok ? (await answer.text()).trim() : null;
  } catch {
    return null;
  }
}
