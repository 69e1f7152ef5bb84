import { span, wordsOf } from "@spotkeeper/controller";
import { printable } from "../table.ts";
import type { Explanation } from "./explanation.ts";

/** Renders an explanation for people; ends with an empty line. */
export function renderExplanation(one: Explanation, bold: (text: string) => string): string {
  const lines = linesOf(one).map((line) => `  ${printable(line)}`);
  return `${[bold(printable(titleOf(one))), ...lines].join("\n")}\n\n`;
}

function titleOf({ file, message, kind, instanceId, taskArn, ignored }: Explanation): string {
  const what = kind ?? (ignored === null ? "not understood" : "ignored");
  return [`${file ?? "stdin"}:${message}`, what, instanceId ?? taskArn].filter((part) => part !== null).join("  ");
}

function linesOf(one: Explanation): string[] {
  const { account, region, availabilityZone, action, noticedAt, deadline, incident, error, ignored } = one;
  const lines: string[] = [];
  if (ignored !== null) lines.push(`because: ${ignored}`);
  if (error !== null) lines.push(`error: ${error}`);
  if (one.kind === null) return lines;
  const where = [account, availabilityZone ?? region].filter((part) => part !== null).join(" / ");
  if (where !== "") lines.push(`where: ${where}`);
  const at = one.estimated ? "at about" : "at";
  const ends = deadline === null ? "no deadline told" : `${action ?? "capacity goes"} ${at} ${deadline}`;
  lines.push(`when: ${noticedAt === null ? "its time cannot be read" : `noticed ${noticedAt}`}, ${ends}`);
  if (incident === null) return [...lines, "incident: none, nothing would be done"];
  lines.push(`incident: ${incident}${one.duplicate ? " (heard before)" : ""}`);
  if (one.rule === null) return [...lines, "plan: none yet, nothing was heard so far that asks for one"];
  lines.push(...planOf(one));
  if (one.alert !== null) lines.push(`tell (${one.alert.severity}): ${one.alert.headline}`);
  return lines;
}

function planOf({ rule, mode, because, plan, noticedAt, deadline }: Explanation): string[] {
  const how = mode === "act" ? "" : mode === "dry-run" ? ", dry run: nothing would be done" : ", only observed";
  const head = `plan by rule ${rule}${how}${because === null ? "" : `: ${because}`}`;
  if (plan.length === 0) return [`${head}: nothing to do`];
  const left = noticedAt === null || deadline === null ? null : (Date.parse(deadline) - Date.parse(noticedAt)) / 1_000;
  const steps = plan.map(
    ({ responder, budgetSeconds, beginsAt }) =>
      `  - ${wordsOf(responder)} (${beginsAt === undefined ? "" : `from ${beginsAt} on, `}${within(budgetSeconds, left)})`,
  );
  // The plan has two look-up steps with the same text; show one.
  return [head, ...new Set(steps)];
}

/** Formats a step's time limit. Steps that only watch go on after the deadline. */
function within(budget: number, left: number | null): string {
  if (left === null || budget <= left) return `within ${span(budget)}`;
  const after = Math.round(budget - left);
  return `up to ${after >= 120 ? `${Math.round(after / 60)} min` : `${after} s`} after the deadline`;
}
