// Lighthouse over several addresses in one browser: node lighthouse.mjs CHECKERS CHROMIUM CATEGORIES ADDRESS...
// Prints, as JSON by address, each category's score in per cent and what kept it below 100.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [checkers, chromium, categories, ...addresses] = process.argv.slice(2);
const require = createRequire(`${checkers}/`);
const load = async (name) => import(pathToFileURL(require.resolve(name)));
const { launch } = await load("chrome-launcher");
const { default: lighthouse } = await load("lighthouse");

const chrome = await launch({
  chromePath: chromium,
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"],
});
const found = {};
try {
  for (const address of addresses) {
    const { lhr } = await lighthouse(address, {
      port: chrome.port, logLevel: "error", output: "json", onlyCategories: categories.split(","),
    });
    found[address] = Object.fromEntries(Object.values(lhr.categories).map((category) => {
      const lost = category.auditRefs
        .filter(({ id, weight }) => weight > 0 && (lhr.audits[id].score ?? 1) < 1)
        .map(({ id }) => {
          const { displayValue = "", details } = lhr.audits[id];
          const where = (details?.items ?? []).slice(0, 3).map((item) => item.node?.snippet ?? item.url ?? "");
          return [id, displayValue, ...where].filter(Boolean).join(" ");
        });
      return [category.id, { score: Math.round((category.score ?? 0) * 100), lost }];
    }));
    if (lhr.runtimeError) found[address].error = lhr.runtimeError.message;
  }
} finally {
  await chrome.kill();
}
process.stdout.write(JSON.stringify(found));
