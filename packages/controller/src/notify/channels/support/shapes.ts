import type { AlertModel } from "../../alert.ts";
import { sampleAlert } from "../../message/sample.ts";
import { type AlertJson, alertJson } from "../../render/json.ts";

/** The data of an alert that users' templates are tried with when the config is loaded. */
export interface Shape {
  /** In words: "an alert without requests". */
  readonly of: string;
  readonly data: object;
}

/** Text that ends a string or tag early wherever it is not escaped. */
const HOSTILE = `"}]\\\n\t'<b>&amp;é\u2028`;

/** The values of these keys are one of a few words, or made by us: they need no escaping. */
const SAFE: ReadonlySet<string> = new Set<keyof AlertJson | keyof AlertModel["members"][number]>([
  ...(["schema", "id", "sentAt", "phase", "severity", "openedAt", "earliestDeadline"] as const),
  ...(["kinds", "threat", "action", "mode", "deadline", "outcome"] as const),
]);

/** Makes one alert of each shape: each phase, nothing in any list that may be empty, and every text hostile. */
export function alertShapes(): readonly Shape[] {
  const receipt = sampleAlert("receipt", 0);
  const data = alertJson(receipt, 0);
  const texts = { stakes: [HOSTILE], doing: [HOSTILE], ask: [HOSTILE], missing: [HOSTILE] };
  const nobody = { account: null, region: null, cluster: null, group: null };
  const bare = { stakes: [], doing: [], ask: [], missing: [], impact: [], group: nobody, link: null };
  return [
    { of: "a receipt", data },
    { of: "an update", data: alertJson({ ...receipt, phase: "update", raised: true }, 0) },
    { of: "an outcome", data: alertJson(sampleAlert("outcome", 0), 0) },
    {
      of: "an alert without stakes, requests and services",
      data: alertJson({ ...receipt, ...bare, members: receipt.members.map(bareMember), earliestDeadline: null }, 0),
    },
    {
      of: "an alert with quotes, markup and line breaks in its texts",
      data: hostile({ ...data, ...texts }) as object,
    },
  ];
}

const bareMember = (member: AlertModel["members"][number]): AlertModel["members"][number] => ({
  ...member,
  ...{ action: null, name: null, type: null, availabilityZone: null, group: null, cluster: null },
  ...{ deadline: null, doing: [], missing: [], outcome: null, link: null },
});

/** Replaces every text that is not made by us. */
function hostile(value: unknown): unknown {
  if (typeof value === "string") return HOSTILE;
  if (Array.isArray(value)) return value.map((item) => hostile(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, SAFE.has(name) ? inner : hostile(inner)]),
  );
}
