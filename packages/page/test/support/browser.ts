import AxeBuilder from "@axe-core/playwright";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { describe, type SuiteAPI } from "vitest";

/** What `npm test` says: the path of Chromium, or empty where it could not be had. */
const provided = process.env["SPOTKEEPER_CHROMIUM"];

/** `describe` for suites that need a browser: skipped only where `npm test` has said loudly that there is none. */
export const describeInBrowser: SuiteAPI | SuiteAPI["skip"] = provided === "" ? describe.skip : describe;

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: provided ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

export interface Tab extends AsyncDisposable {
  readonly page: Page;
  /** Errors and warnings of the console so far, violations of the policy among them. */
  readonly problems: readonly string[];
}

/** Opens a tab of its own. */
export async function openTab(browser: Browser, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => void problems.push(String(error)));
  return { page, problems, [Symbol.asyncDispose]: () => context.close() };
}

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Returns what axe finds against WCAG 2.2 AA, each with the places. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}
