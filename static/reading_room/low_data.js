// Little data for whoever asked the browser for it, or chose it here. Every page is the same for
// everybody, so it is a script that looks, and it leads to an address that says `data=low`. Within
// the archive that choice goes along from page to page; nothing is kept on the device.

const CHOICE = "data";
const here = new URL(location.href);
const chosen = here.searchParams.get(CHOICE);

if (navigator.connection?.saveData && !chosen) {
  here.searchParams.set(CHOICE, "low");
  location.replace(here);
}
if (chosen) {
  for (const link of document.querySelectorAll('a[href^="/en/"], a[href^="/ar/"]')) {
    // By the attribute: in a drawing a link's `href` is an object, not an address.
    const there = new URL(link.getAttribute("href"), location.href);
    if (there.searchParams.has(CHOICE)) continue;
    there.searchParams.set(CHOICE, chosen);
    link.setAttribute("href", `${there.pathname}${there.search}${there.hash}`);
  }
}
