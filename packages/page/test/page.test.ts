import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { incidentDoc } from "../../controller/test/record/support/samples.ts";
import { step } from "../../controller/test/notify/support/samples.ts";
import { axeFindings, describeInBrowser, launch, openTab } from "./support/browser.ts";
import { sample, serve } from "./support/served.ts";

let browser: Browser;

describeInBrowser("the page in a real browser", () => {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  const VIEWS = ["/", "/insights", `/incidents/${encodeURIComponent("i-0#1")}`] as const;
  test.each([
    [0, 0],
    [5, 40],
    [500, 400],
  ])("with %i open and %i closed incidents each view keeps to its policy and to WCAG 2.2 AA", async (open, closed) => {
    await using setting = await serve(open, closed);
    for (const [width, colorScheme] of [
      [1440, "light"],
      [1024, "dark"],
      [390, "light"],
    ] as const) {
      await using tab = await openTab(browser, { viewport: { width, height: 844 }, colorScheme });
      for (const view of VIEWS) {
        if (closed === 0 && view.startsWith("/incidents")) continue;
        await tab.page.goto(setting.show.url + view);
        await tab.page.locator("h1").first().waitFor();
        await tab.page.getByText("Reading").first().waitFor({ state: "detached" });
        expect(await axeFindings(tab.page), `${view} at ${width}`).toEqual([]);
        const wide = await tab.page.evaluate("document.documentElement.scrollWidth > innerWidth");
        expect(wide, `${view} at ${width} scrolls sideways`).toBe(false);
      }
      expect(tab.problems).toEqual([]);
    }
  });

  test("an incident appears by itself, and its countdown runs", async () => {
    await using setting = await serve(0, 0);
    await using tab = await openTab(browser);
    await tab.page.goto(setting.show.url);
    await tab.page.getByText("Nothing is happening.").waitFor();
    const doc = incidentDoc("i-new", { tags: ["subject#i-new", "open"], body: sample(1, 0) });
    await setting.ledger.commit([doc], []);
    setting.deps.bus.publish("incident", () => ({ id: "i-new#1" }));
    await tab.page.getByText("1 instance draining.").first().waitFor();
    await tab.page.getByRole("link", { name: /i-new/ }).waitFor();
    await tab.page.getByText(/Next deadline in 1:5\d/).waitFor();
    expect(tab.problems).toEqual([]);
  });

  test("a click on a mark filters everything, the URL keeps it, and back takes it away", async () => {
    await using setting = await serve(0, 60);
    await using tab = await openTab(browser);
    await tab.page.goto(`${setting.show.url}/insights?range=90d`);
    await tab.page.getByRole("button", { name: /^web/ }).click();
    await tab.page.waitForURL(/group=web/);
    await tab.page.getByRole("button", { name: "Take away: group web" }).waitFor();
    await tab.page.getByText("20 in all").waitFor();
    expect(tab.page.url()).toContain("range=90d");
    await tab.page.goBack();
    await tab.page.getByText("60 in all").waitFor();
    expect(tab.page.url()).not.toContain("group=web");
    await tab.page.goto(`${setting.show.url}/insights?range=90d&group=web&outcome=drained`);
    await tab.page.getByText(/^\d+ in all/).waitFor();
    expect(await tab.page.getByRole("list", { name: "Filters" }).getByRole("listitem").count()).toBe(2);
    expect(tab.problems).toEqual([]);
  });

  test("a view is saved under a name, shown again, and removed", async () => {
    await using setting = await serve(0, 6);
    await using tab = await openTab(browser);
    const { page } = tab;
    await page.goto(`${setting.show.url}/insights?range=7d&group=web`);
    await page.getByText("saved views").click();
    await page.getByLabel("Save this one as").fill("web in a week");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    expect(await axeFindings(page)).toEqual([]);
    await page.goto(`${setting.show.url}/insights`);
    await page.getByText("saved views (1)").click();
    await page.getByRole("link", { name: "web in a week" }).click();
    await page.waitForURL(/group=web/);
    expect(page.url()).toContain("range=7d");
    await page.getByRole("button", { name: "Remove the view web in a week" }).click();
    expect(await page.getByRole("link", { name: "web in a week" }).count()).toBe(0);
    expect(tab.problems).toEqual([]);
  });

  test("an incident shows its plan with what came of each step", async () => {
    await using setting = await serve(0, 1);
    const done = step("set-draining", { state: "done", startedAt: Date.now() - 5_000, settledAt: Date.now() - 4_000 });
    const left = step("deregister-target", { id: "two", state: "abandoned", reason: "access denied" });
    const steps = [left, done];
    const doc = incidentDoc("i-plan", {
      tags: ["subject#i-plan", "open"],
      body: sample(0, 9_000, { rule: "shop", steps }),
    });
    await setting.ledger.commit([doc], []);
    await using tab = await openTab(browser);
    await tab.page.goto(`${setting.show.url}/incidents/${encodeURIComponent("i-plan#1")}`);
    const rows = tab.page.getByRole("table").getByRole("row");
    await tab.page.getByText("Plan, by the rule shop").waitFor();
    expect((await rows.allTextContents()).slice(1)).toEqual([
      expect.stringMatching(/^drain the container instance.*done.*1\.0 s/),
      expect.stringMatching(/^deregister from target groups.*given up: access denied/),
    ]);
    expect(await axeFindings(tab.page)).toEqual([]);
    expect(tab.problems).toEqual([]);
  });

  test("the keyboard goes anywhere: the palette in a dialog, and the journal by j and k", async () => {
    await using setting = await serve(0, 3);
    await using tab = await openTab(browser);
    const { page } = tab;
    await page.goto(setting.show.url);
    await page.getByText("Nothing is happening.").waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Go to" }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.type("7 days");
    await page.keyboard.press("Enter");
    await page.waitForURL(/insights\?range=7d/);
    await page.keyboard.press("Control+k");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.goto(`${setting.show.url}/incidents/${encodeURIComponent("i-0#1")}#entry-1`);
    const chosen = page.locator("[aria-current=true]");
    expect(await chosen.textContent()).toContain("drained with 60.0 s left");
    await page.keyboard.press("j");
    expect(await chosen.textContent()).toContain("closed: drained");
    await page.keyboard.press("k");
    await page.keyboard.press("k");
    expect(await chosen.textContent()).toContain("Spot interruption warning");
    expect(tab.problems).toEqual([]);
  });

  test("a worker that wants a token asks for it, and keeps it in this tab alone", async () => {
    await using setting = await serve(0, 1, { tokens: ["s3cret-of-the-page"] });
    await using tab = await openTab(browser);
    const { page } = tab;
    await page.goto(setting.show.url);
    await page.getByLabel("Token").fill("wrong");
    await page.getByRole("button", { name: "Show the page" }).click();
    await page.getByText("does not know this token").waitFor();
    await page.getByLabel("Token").fill("s3cret-of-the-page");
    await page.getByRole("button", { name: "Show the page" }).click();
    await page.getByText("Nothing is happening.").waitFor();
    expect(await page.evaluate("JSON.stringify(localStorage) + document.cookie")).not.toContain("s3cret");
    expect(tab.problems.filter((one) => !one.includes("401"))).toEqual([]);
  });

  test("a worker that goes away is said to be away, and what was seen stays", async () => {
    const setting = await serve(1, 0);
    await using tab = await openTab(browser);
    await tab.page.goto(setting.show.url);
    await tab.page
      .getByRole("link", { name: /i-open0/ })
      .first()
      .waitFor();
    await setting[Symbol.asyncDispose]();
    await tab.page.getByText("disconnected: what you see may be old").waitFor();
    expect(await tab.page.getByRole("link", { name: /i-open0/ }).count()).toBe(2);
  });

  test("the policy forbids inline script and other hosts; a client of the API still gets JSON", async () => {
    await using setting = await serve(0, 0);
    const page = await fetch(setting.show.url, { headers: { accept: "text/html" } });
    expect(page.headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(await page.text()).not.toMatch(/<script(?![^>]*src=)|<style|style=/);
    const api = await fetch(setting.show.url, { headers: { accept: "application/json" } });
    expect(await api.json()).toMatchObject({ name: "spotkeeper" });
    expect((await fetch(`${setting.show.url}/assets/../../package.json`)).status).toBe(404);
  });
});
