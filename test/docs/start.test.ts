import { expect, test } from "vitest";
import { read } from "../support/tree.ts";
import { snippetsOf } from "./snippets.ts";

interface Policy {
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Action: string | readonly string[];
    readonly Resource: string;
    readonly Condition?: { readonly ArnEquals: { readonly "aws:SourceArn": readonly string[] } };
  }[];
}

const page = read("docs/start.md");
const [role, queue] = snippetsOf(page, "json").map(({ code }) => JSON.parse(code) as Policy);

/** The actions in a row of the table of permissions, by its first words. */
function actionsFor(row: string): string[] {
  const line = read("docs/operate.md")
    .text.split("\n")
    .find((one) => one.startsWith(`| ${row} |`));
  return [...(line ?? "").matchAll(/`([a-z0-9-]+:[A-Z]\w+)`/g)].map(([, action = ""]) => action);
}

test("the policy of the first run allows what a dry run needs, and nothing else", () => {
  const allowed = role?.Statement.flatMap(({ Action }) => Action).toSorted();
  const telling = actionsFor("telling").filter((action) => action.startsWith("sns:"));
  expect(allowed).toEqual([...actionsFor("hearing"), ...actionsFor("understanding"), ...telling].toSorted());
});

test("the queue's policy names the queue and the rules that the commands create", () => {
  const [statement] = queue?.Statement ?? [];
  const rules = [...page.text.matchAll(/aws events put-rule --name (\S+)/g)].map(([, name]) => name);
  const sources = statement?.Condition?.ArnEquals["aws:SourceArn"] ?? [];
  expect(rules).toHaveLength(2);
  expect(sources.map((arn) => arn.split("/").at(-1))).toEqual(rules);
  const targets = [...page.text.matchAll(/put-targets --rule (\S+) --targets Id=queue,Arn=(\S+)/g)];
  expect(targets.map(([, rule, arn]) => [rule, arn])).toEqual(rules.map((rule) => [rule, statement?.Resource]));
});

test("the unit gives a worker time to drain, reads the config again, and keeps its files", () => {
  const unit = Object.fromEntries(
    read("packages/cli/deploy/spotkeeper.service")
      .text.split("\n")
      .flatMap((line) => (/^[A-Z]/.test(line) ? [line.split(/=(.*)/s).slice(0, 2)] : [])),
  ) as { readonly [key: string]: string };
  // `run` exits within 10 s of SIGTERM.
  expect(Number(unit["TimeoutStopSec"])).toBeGreaterThan(10);
  expect(unit).toMatchObject({ Restart: "always", ExecReload: "/bin/kill -HUP $MAINPID" });
  expect(unit["WorkingDirectory"]).toBe(`/var/lib/${unit["StateDirectory"]}`);
});
