/**
 * `npm run screenshots`: starts the sandbox and takes the pictures of the page for README and docs, into `docs/pictures`.
 * Takes about two minutes; needs Chromium.
 */
import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";
import { findChromium } from "./support/chromium.ts";
import { providePage } from "./support/page.ts";

const root = join(import.meta.dirname, "..");
const folder = join(root, "docs/pictures");
const PORT = 8_797;
const url = `http://127.0.0.1:${PORT}`;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

interface Now {
  readonly incidents: readonly { readonly drainedAt: string | null; readonly deadline: string | null }[];
  readonly alerts: readonly { readonly stakes: readonly string[] }[];
}
interface Page {
  readonly items: readonly { readonly id: string; readonly outcome: string | null; readonly servesAt: string | null }[];
}

const ask = async <T>(path: string): Promise<T | null> => {
  try {
    return (await (await fetch(url + path)).json()) as T;
  } catch {
    return null;
  }
};

/** Asks again until the answer is good, for three minutes at most. */
async function until<T>(path: string, good: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 360; tries++) {
    const answer = await ask<T>(path);
    if (answer !== null && good(answer)) return answer;
    await sleep(500);
  }
  throw new Error(`${path} did not become what is wanted`);
}

const found = findChromium();
if ("missing" in found) throw new Error(`Chromium: ${found.missing}`);
await providePage(root, say);
await mkdir(folder, { recursive: true });
const main = join(root, "packages/cli/src/main.ts");
const args = ["--conditions=@spotkeeper/source", main, "sandbox", "--port", String(PORT), "--duration", "240"];
const sandbox = spawn(process.execPath, args, { stdio: "ignore" });
const browser = await chromium.launch({ executablePath: found.path, args: ["--no-sandbox", "--disable-gpu"] });
try {
  const take = async (
    name: string,
    path: string,
    width: number,
    height: number,
    colorScheme: "light" | "dark",
  ): Promise<void> => {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    await page.goto(url + path);
    await page.locator("h1").first().waitFor();
    await sleep(700);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await context.close();
    say(`docs/pictures/${name}.png`);
  };
  const isBusy = ({ incidents, alerts }: Now): boolean =>
    alerts.some(({ stakes }) => stakes.length > 0) &&
    incidents.some((one) => one.drainedAt === null && one.deadline !== null);
  await until<Now>("/api/v1/now", isBusy);
  await Promise.all([take("now", "/", 1280, 720, "light"), take("now-phone", "/", 390, 780, "dark")]);
  const isWhole = (one: Page["items"][number]): boolean => one.outcome === "drained" && one.servesAt !== null;
  const { items } = await until<Page>(
    "/api/v1/incidents?open=false&limit=50",
    (page) => page.items.filter(isWhole).length >= 8,
  );
  const one = items.find(isWhole);
  await take("incident", `/incidents/${encodeURIComponent(one?.id ?? "")}`, 1280, 720, "dark");
  await take("insights", "/insights?range=24h", 1280, 900, "light");
} finally {
  await browser.close();
  sandbox.kill("SIGKILL");
}
