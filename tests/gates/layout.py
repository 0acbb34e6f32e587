"""What stands in a reader's way and no checker looks for: measured on the page as it is shown."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTHS = (320, 360, 480, 768, 1024, 1280, 1600)
# Wider than the window, and not inside something that scrolls by itself or is cut off.
WIDE = """() => {
    const most = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= most) return [];
    const holds = (each) => {
        for (let up = each.parentElement; up && up !== document.body; up = up.parentElement)
            if (getComputedStyle(up).overflowX !== "visible") return true;
        return false;
    };
    const out = [...document.body.querySelectorAll("*")].filter((each) => {
        const box = each.getBoundingClientRect();
        return box.width && (box.right > most + 1 || box.left < -1) && !holds(each);
    });
    return [`${document.documentElement.scrollWidth} of ${most} px`,
        ...out.slice(-3).map((each) => each.outerHTML.slice(0, 160))];
}"""
# WCAG 2.2, 2.5.8: 24 px each way, unless the target stands in a sentence or has room around it.
SMALL = """() => {
    const targets = [...document.querySelectorAll(
        "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
        .filter((each) => each.checkVisibility());
    const boxes = new Map(targets.map((each) => {
        const label = each.closest("label");
        return [each, (label || each).getBoundingClientRect()];
    }).filter(([, box]) => box.width && box.height && box.bottom > 0));
    const middle = (box) => [box.x + box.width / 2, box.y + box.height / 2];
    const crowded = (each, box) => {
        const [x, y] = middle(box);
        return [...boxes].some(([other, its]) => {
            if (other === each || other.closest("label") === each.closest("label") &&
                each.closest("label")) return false;
            if (other.href && other.href === each.href) return false;
            const dx = Math.max(its.left - x, 0, x - its.right);
            const dy = Math.max(its.top - y, 0, y - its.bottom);
            return Math.hypot(dx, dy) < 12;
        });
    };
    const inSentence = (each) => {
        const style = getComputedStyle(each);
        if (style.display !== "inline") return false;
        const block = each.closest("p, li, dd, td, th, cite, figcaption, h1, h2, q, div, body");
        const rest = block.textContent.replace(each.textContent, "").trim();
        return rest.length > 3;
    };
    return [...boxes].filter(([each, box]) =>
        (box.width < 23.5 || box.height < 23.5) && !inSentence(each) && crowded(each, box)
    ).map(([each, box]) => `${Math.round(box.width)} x ${Math.round(box.height)} px: `
        + each.outerHTML.slice(0, 160));
}"""
LANDMARKS = """(around) => {
    const found = [];
    const shown = (each) => each.getClientRects().length > 0;
    const one = (selector) => {
        const number = [...document.querySelectorAll(selector)].filter(shown).length;
        if (number !== 1) found.push(`${number} of ${selector}`);
    };
    ["main", "h1", ...around].forEach(one);
    const navs = [...document.querySelectorAll("nav")].filter(shown);
    const names = navs.map((each) => each.getAttribute("aria-label")
        || document.getElementById(each.getAttribute("aria-labelledby"))?.textContent.trim());
    if (navs.length && names.some((name) => !name)) found.push("a nav without a name");
    if (new Set(names).size !== names.length) found.push(`navs of one name: ${names}`);
    const html = document.documentElement;
    const here = location.pathname.split("/")[1];
    if (html.lang !== here) found.push(`lang=${html.lang}`);
    if (html.dir !== (here === "ar" ? "rtl" : "ltr")) found.push(`dir=${html.dir}`);
    let last = 0;
    for (const each of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
        const level = Number(each.tagName[1]);
        if (level > last + 1) found.push(`h${last}, then h${level}: ${each.textContent.trim()}`);
        last = level;
    }
    return found;
}"""
# Every stop of the Tab key in turn, as it looks with the focus and without. After a key was pressed
# browsers show the focus that a script gives as they show one that a key gave.
STOPS = """() => {
    const properties = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "borderColor",
        "backgroundColor", "textDecorationLine", "fill", "stroke", "strokeWidth", "clipPath",
        "opacity", "top", "left", "right", "inlineSize", "transform", "color"];
    const look = (of) => {
        const style = getComputedStyle(of);
        return properties.map((each) => style[each]).join("|");
    };
    const looks = (each) => [each, each.closest("label") || each.parentElement, ...each.children]
        .map(look).join("/");
    const within = (box, each) => {
        for (let up = each.parentElement; up && up !== document.body; up = up.parentElement) {
            const its = up.getBoundingClientRect();
            if (getComputedStyle(up).overflow !== "visible" && its.width && its.height &&
                (box.bottom <= its.top || box.top >= its.bottom ||
                 box.right <= its.left || box.left >= its.right)) return false;
        }
        return true;
    };
    const found = [];
    const stops = "a[href], button, input, select, textarea, summary, [tabindex], "
        + "video[controls], audio[controls]";
    for (const each of document.querySelectorAll(stops)) {
        const rendered = each.getClientRects().length && each.checkVisibility();
        if (!rendered || each.disabled || each.tabIndex < 0 || each.type === "hidden") continue;
        document.activeElement?.blur();
        const left = looks(each);
        each.focus({preventScroll: false});
        if (document.activeElement !== each) continue;
        const box = each.getBoundingClientRect();
        const shown = box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight
            && box.right > 0 && box.left < innerWidth && within(box, each);
        const which = each.outerHTML.slice(0, 160);
        if (!shown) found.push(`hidden when focused: ${which}`);
        // Browsers draw the focus of their own players themselves.
        if (!each.matches("video, audio") && looks(each) === left)
            found.push(`looks the same when focused: ${which}`);
    }
    document.activeElement?.blur();
    return found;
}"""
MOVING = """() => [...document.getAnimations()].map((each) =>
    `${each.constructor.name} ${each.effect?.target?.outerHTML.slice(0, 120)}`)
    .concat(getComputedStyle(document.documentElement).scrollBehavior === "smooth"
        ? ["smooth scrolling"] : [])
    .concat([...document.querySelectorAll("*")].filter((each) => {
        const style = getComputedStyle(each);
        return [style.transitionDuration, style.animationDuration].some((all) =>
            all.split(",").some((one) => parseFloat(one) > 0.01));
    }).map((each) => `moves: ${each.outerHTML.slice(0, 120)}`))"""


def overflow(page: "Page", widths: tuple[int, ...] = WIDTHS, height: int = 800) -> list[str]:
    """What makes the page scroll sideways, at every width and with letters twice as large.

    Larger letters are the reader's own setting in the browser, which sizes in rem follow; WCAG
    1.4.4 asks for it in a window of a usual width, and 1.4.10 for no more than 320 px.
    """
    session = page.context.new_cdp_session(page)
    found = []
    for standard, sizes in ((16, widths), (32, (640, 1280))):
        session.send("Page.setFontSizes", {"fontSizes": {"standard": standard, "fixed": standard}})
        for width in sizes:
            page.set_viewport_size({"width": width, "height": height})
            said = page.evaluate(WIDE)
            found += [f"{width} px, letters of {standard} px: {each}" for each in said]
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 16, "fixed": 13}})
    session.detach()
    return found


def small_targets(page: "Page") -> list[str]:
    return list(page.evaluate(SMALL))


def landmarks(page: "Page", *, framed: bool = False) -> list[str]:
    """What is missing of landmarks, headings, language and direction; `framed`: no header."""
    around = [] if framed else ["body > header", "body > footer"]
    return list(page.evaluate(LANDMARKS, around))


def motion(page: "Page") -> list[str]:
    """What still moves for somebody who asked that nothing move."""
    page.emulate_media(reduced_motion="reduce")
    found = list(page.evaluate(MOVING))
    page.emulate_media(reduced_motion="null")
    return found


def focus(page: "Page", *, framed: bool = False) -> list[str]:
    """Stops of the Tab key that are hidden or look like no stop, and a page (unless it is `framed`
    by another one) whose first stop does not skip to its content. For a page just opened."""
    page.keyboard.press("Tab")
    first = page.evaluate("() => document.activeElement.getAttribute('href')")
    found = [] if framed or first == "#content" else [f"the first stop leads to {first}"]
    return found + list(page.evaluate(STOPS))
