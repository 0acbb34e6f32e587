"""axe and HTML_CodeSniffer on a page that is open in a browser.

They are pa11y's two runners, without its second browser: one page is loaded once and looked at in
every theme and width. Both are handed to the page from outside, past its content security policy.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

STANDARDS = [
    *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"),
]
# Rules whose answer depends on colours; the others on structure and width.
OF_COLOUR = ["color-contrast", "link-in-text-block"]

AXE = """async ([standards, rules]) => {
    const only = rules.length ? {type: "rule", values: rules} : {type: "tag", values: standards};
    const rule = {"target-size": {enabled: true}};
    const options = {resultTypes: ["violations"], runOnly: only, elementRef: false};
    const found = await axe.run(document, rules.length ? options : {...options, rules: rule});
    return found.violations.flatMap((each) =>
        each.nodes.map((node) => `axe ${each.id}: ${node.target.join(" ")}: ${node.html}`));
}"""
SNIFFER = """() => new Promise((said) => {
    HTMLCS.process("WCAG2AA", document, () => said(
        HTMLCS.getMessages().filter((each) => each.type === HTMLCS.ERROR).map((each) =>
            `${each.code}: ${each.msg} ${(each.element.outerHTML || "").slice(0, 200)}`)));
})"""


@cache
def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def open_without_scripts(page: "Page", address: str) -> None:
    """Open a page as a browser does that runs no scripts, and let the checkers run theirs after."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setScriptExecutionDisabled", {"value": True})
    page.goto(address)
    session.send("Emulation.setScriptExecutionDisabled", {"value": False})
    session.detach()


def axe(page: "Page", checkers: Path, *, only_colour: bool = False) -> list[str]:
    """What axe objects to on the page as it is shown, in words; about 0.2 s."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_source(checkers / "axe-core" / "axe.min.js"))
    return list(page.evaluate(AXE, [STANDARDS, OF_COLOUR if only_colour else []]))


def sniffer(page: "Page", checkers: Path) -> list[str]:
    """What HTML_CodeSniffer calls an error of WCAG 2 AA on the page as it is shown."""
    if not page.evaluate("() => 'HTMLCS' in window"):
        page.evaluate(_source(checkers / "html_codesniffer" / "build" / "HTMLCS.js"))
    return list(page.evaluate(SNIFFER))
