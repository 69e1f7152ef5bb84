import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parser } from "@prometheus-io/lezer-promql";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { createMetrics } from "../../controller/src/measure/metrics.ts";

const root = join(import.meta.dirname, "../../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook: string };
}
interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

const rules = (
  parse(read("packages/cli/deploy/monitoring/alert-rules.yaml")) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(read("packages/cli/deploy/monitoring/grafana-dashboard.json")) as Dashboard;

/** Grafana's own variables, as durations: https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/ */
const plain = (expr: string): string => expr.replaceAll(/\$__(range|interval|rate_interval)/g, "5m");

/** The metrics of a worker by their names, each with its labels. */
const known = new Map<string, readonly string[]>();
beforeAll(async () => {
  const metrics = createMetrics();
  for (const line of (await metrics.text(0)).split("\n")) {
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const all = type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
    for (const one of all) known.set(one, labelsIn(name));
  }
});

/** The labels that the page of metrics names: `spotkeeper_steps_total{responder,outcome}`. */
function labelsIn(name: string): readonly string[] {
  const [, labels = ""] = new RegExp(`\`${name}(?:\\{([^}]*)\\})?\``).exec(read("docs/operate.md")) ?? [];
  return [...labels.split(",").filter((one) => one !== ""), "le", "instance"];
}

/** What PromQL's own grammar finds wrong, and names that no worker has. */
function problemsOf(expr: string): string[] {
  const text = plain(expr);
  const problems: string[] = [];
  parser.parse(text).iterate({
    enter: ({ type, from, to }) => {
      const part = text.slice(from, to);
      if (type.isError) problems.push(`not PromQL at ${from}: ${text}`);
      if (type.name === "Identifier" && part.startsWith("spotkeeper") && !known.has(part))
        problems.push(`no metric ${part}`);
      if (type.name === "LabelName" && ![...known.values()].some((labels) => labels.includes(part)))
        problems.push(`no label ${part}`);
    },
  });
  return problems;
}

test("a wrong expression, metric or label is found", () => {
  expect(problemsOf("sum(rate(spotkeeper_steps_total[5m])")).toEqual([expect.stringContaining("not PromQL")]);
  expect(problemsOf("spotkeeper_stepss_total")).toEqual(["no metric spotkeeper_stepss_total"]);
  expect(problemsOf("sum by (colour) (spotkeeper_steps_total)")).toEqual(["no label colour"]);
});

describe("the alert rules", () => {
  test.each(rules.map((rule) => [rule.alert, rule] as const))(
    "%s is PromQL over our metrics, with a runbook",
    (_, rule) => {
      expect(problemsOf(rule.expr)).toEqual([]);
      expect(["critical", "warning"]).toContain(rule.labels.severity);
      const [page = "", anchor] = rule.annotations.runbook.split("#");
      const headings = [...read(page).matchAll(/^### (\w+)$/gm)].map(([, name = ""]) => name.toLowerCase());
      expect(headings).toContain(anchor);
    },
  );

  test("each heading of the page is a rule, once", () => {
    const headings = [...read("docs/monitoring.md").matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    expect(headings).toEqual(rules.map(({ alert }) => alert));
  });
});

describe("the Grafana dashboard", () => {
  test.each(panels.map((panel) => [panel.title, panel] as const))("%s asks for our metrics", (_, panel) => {
    expect(panel.targets.flatMap(({ expr }) => problemsOf(expr))).toEqual([]);
    for (const { expr, legendFormat } of panel.targets) {
      const wanted = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
      for (const label of wanted) expect(expr).toMatch(new RegExp(`by \\([^)]*\\b${label}\\b`));
    }
  });

  test("no panel lies on another one, and ids are unique", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});
