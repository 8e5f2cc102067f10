// Takes pictures of pages: phone and desktop, light and dark, optionally the printed page.
//   node tests/e2e/screens.mjs BASE_URL OUT_DIR NAME=PATH… [--only=phone-light,…] [--print] [--axe]
// --axe also runs axe-core on each page and counts every violation as a fault.
// A step before the picture may be given as NAME=PATH#submit:FORM_ACTION or NAME=PATH#open (all details), or as
// NAME=PATH#upload:FILE (choose the file in the page's form, and send it).
// CHROMIUM names the browser (default: Debian's).

import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const require = createRequire(process.env.PLAYWRIGHT_FROM ?? new URL("../peers/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const [base, out, ...rest] = process.argv.slice(2);
if (!base || !out || rest.length === 0) {
  console.error("usage: screens.mjs BASE_URL OUT_DIR NAME=PATH… [--only=phone-light,…] [--print]");
  process.exit(2);
}
const only = rest.find((arg) => arg.startsWith("--only="))?.slice(7).split(",");
const shots = rest.filter((arg) => !arg.startsWith("--")).map((arg) => {
  const [name, ...target] = arg.split("=");
  const [path, step] = target.join("=").split("#");
  return { name, path, step };
});

const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const axe = rest.includes("--axe") ? require.resolve("axe-core/axe.min.js") : null;
await mkdir(resolve(out), { recursive: true });
let faults = 0;
for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ["light", "dark"]) {
    const variant = `${size}-${colorScheme}`;
    if (only && !only.includes(variant)) continue;
    // axe is put into the page from outside; the pages' own policy would refuse it.
    const context = await browser.newContext({ ignoreHTTPSErrors: true, // the node's own authority
       viewport, colorScheme, deviceScaleFactor: 1, bypassCSP: axe !== null });
    const page = await context.newPage();
    page.on("console", (message) => {
      // Error pages answer with their status, which the browser reports; anything else is a fault.
      if (message.type() === "error" && !message.text().includes("the server responded with a status")) {
        faults += 1;
        console.error(`${variant} ${page.url()}: ${message.text()}`);
      }
    });
    for (const { name, path, step } of shots) {
      await page.goto(base + path, { waitUntil: "load" });
      if (step?.startsWith("submit:")) {
        await Promise.all([page.waitForEvent("load"), page.click(`form[action="${step.slice(7)}"] button`)]);
      } else if (step?.startsWith("upload:")) {
        await page.setInputFiles('input[type="file"]', step.slice(7));
        await Promise.all([page.waitForEvent("load"), page.click("form button[type=submit]")]);
      } else if (step === "open") {
        await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
      }
      await page.evaluate(() => document.fonts.ready);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) {
        faults += 1;
        console.error(`${variant} ${name}: ${wide} px wider than the window`);
      }
      if (axe) {
        await page.addScriptTag({ path: axe });
        const { violations } = await page.evaluate(() =>
          window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
        for (const { id, help, nodes } of violations) {
          faults += 1;
          console.error(`${variant} ${name}: ${id}: ${help}: ${nodes.map((node) => node.target.join(" ")).join(" | ")}`);
        }
      }
      await page.screenshot({ path: join(out, `${name}-${variant}.png`), fullPage: true });
      if (rest.includes("--print") && variant === "desktop-light") {
        await page.pdf({ path: join(out, `${name}.pdf`), preferCSSPageSize: true });
      }
    }
    await context.close();
  }
}
await browser.close();
process.exit(faults ? 1 : 0);
