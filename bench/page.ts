import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { launch, openTab } from "../packages/page/test/support/browser.ts";
import { serve } from "../packages/page/test/support/served.ts";
import { providePage } from "../scripts/support/page.ts";
import type { Row } from "./support/row.ts";

export const name = "page";

const root = join(import.meta.dirname, "..");
const OPEN = 500;
const ARCHIVED = 10_000;
const INSTANCES = 2_000;
/** Messages of the stream: ten a second for ten seconds. */
const MESSAGES = 100;
const EVERY = 100;

/** Collects tasks of over 50 ms, as browsers report them, and the Largest Contentful Paint. */
const OBSERVE = `
window.longTasks = [];
window.paint = 0;
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.longTasks.push(entry.duration); }).observe({ type: "longtask", buffered: true });
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.paint = entry.startTime; }).observe({ type: "largest-contentful-paint", buffered: true });
`;

/** The page with 500 open and 10,000 archived incidents and 2,000 instances, while the stream brings ten messages a second. */
export async function run(): Promise<readonly Row[]> {
  await providePage(root, () => {});
  const setting = await serve(OPEN, ARCHIVED, {}, INSTANCES);
  const browser = await launch();
  try {
    await using tab = await openTab(browser);
    await tab.page.addInitScript(OBSERVE);
    await tab.page.goto(setting.show.url);
    await tab.page.locator("h1").first().waitFor();
    await sleep(1_000);
    const paint = await figure(tab.page, "window.paint");
    const now = await busy(tab.page, setting.deps.bus);
    await tab.page.goto(`${setting.show.url}/insights?range=90d`);
    await tab.page.getByText("so far").waitFor();
    await sleep(1_000);
    const insights = await busy(tab.page, setting.deps.bus, async (at) => {
      await tab.page
        .locator("[role=table]")
        .evaluate(`(table) => { table.scrollTop = ${at * 400}; }`)
        .catch(() => {});
    });
    return [
      { what: "scripts and styles, with gzip", value: (await bytes()) / 1_000, unit: "kB" },
      { what: "Now: Largest Contentful Paint", value: paint, unit: "ms" },
      {
        what: "Now, 500 open, 2,000 instances, ten messages a second: tasks over 50 ms in ten seconds",
        value: now.count,
        unit: "",
      },
      { what: "… the longest", value: now.longest, unit: "ms" },
      { what: "Insights, scrolling through 10,000: tasks over 50 ms in ten seconds", value: insights.count, unit: "" },
      { what: "… the longest", value: insights.longest, unit: "ms" },
    ];
  } finally {
    await browser.close();
    await setting[Symbol.asyncDispose]();
  }
}

type Bus = Awaited<ReturnType<typeof serve>>["deps"]["bus"];

async function busy(page: Page, bus: Bus, also: (at: number) => Promise<void> = async () => {}) {
  await page.evaluate("window.longTasks.length = 0");
  for (let n = 0; n < MESSAGES; n++) {
    bus.publish("incident", () => ({ id: `i-open${n % OPEN}#1` }));
    if (n % 5 === 0) await also(n);
    await sleep(EVERY);
  }
  return {
    count: await figure(page, "window.longTasks.length"),
    longest: await figure(page, "Math.max(0, ...window.longTasks)"),
  };
}

const figure = async (page: Page, expression: string): Promise<number> => Number(await page.evaluate(expression));

async function bytes(): Promise<number> {
  const folder = join(root, "packages/cli/page/assets");
  const names = (await readdir(folder)).filter((one) => /\.(js|css)$/.test(one));
  const files = await Promise.all(names.map((one) => readFile(join(folder, one))));
  return files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0);
}
