import { renderIncident } from "../../incidents/text.ts";
import { printable } from "../../table.ts";
import type { MessageResult, Replayed } from "./replay.ts";

/** Renders messages without an effect, then each incident with its timeline. */
export function renderReplay({ results, incidents, told, withheld }: Replayed): string {
  const lines = results.flatMap((one) => {
    const line = lineOf(one);
    return line === null ? [] : [printable(line)];
  });
  const head = lines.length === 0 ? "" : `${lines.join("\n")}\n\n`;
  if (incidents.length === 0) return `${head}No incidents.\n`;
  return `${head}${incidents.map(renderIncident).join("\n")}${renderTold(told)}${renderWithheld(withheld)}`;
}

function renderTold(told: Replayed["told"]): string {
  const blocks = told.map(({ at, channels, severity, phase, lines: [title = "", ...text] }) =>
    [
      `  ${at.slice(11, 19)} to ${channels.join(", ")}: ${severity.toUpperCase()} ${phase}`,
      `    ${title}`,
      ...text.map((line) => `    ${line}`.trimEnd()),
    ].map((line) => printable(line)),
  );
  return blocks.length === 0 ? "" : `\nwould be told:\n${blocks.map((one) => `${one.join("\n")}\n`).join("\n")}`;
}

function renderWithheld(withheld: Replayed["withheld"]): string {
  if (withheld.length === 0) return "";
  const lines = withheld.map(({ reason, text, channel }) => printable(`  ${channel ?? "nobody"}: ${text} (${reason})`));
  return `\nwould not be told:\n${[...new Set(lines)].join("\n")}\n`;
}

function lineOf({ file, message, verdict }: MessageResult): string | null {
  const at = `${file ?? "stdin"}:${message}`;
  switch (verdict.is) {
    case "accepted":
      if (verdict.errors.length > 0) return `${at}  understood in part: ${verdict.errors.join(" ")}`;
      return verdict.incidents.length === 0 ? `${at}  concerns no incident` : null;
    case "ignored":
      return `${at}  ignored: ${verdict.reason}`;
    case "rejected":
      return `${at}  not understood: ${verdict.message}`;
    case "later":
      return `${at}  not taken: ${verdict.reason}`;
  }
}

/** Returns one object for each line: messages that led to no incident, incidents, what is told, what is withheld. */
export function replayLines({ results, incidents, told, withheld }: Replayed): readonly object[] {
  const nothing = results.filter(({ verdict }) => verdict.is !== "accepted" || verdict.incidents.length === 0);
  return [
    ...nothing.map(({ file, message, verdict }) => ({ file, message, is: verdict.is, ...why(verdict) })),
    ...incidents,
    ...told.map((message) => ({ told: message })),
    ...withheld.map((one) => ({ withheld: one })),
  ];
}

/** Uses the field names of `explain`. */
function why(verdict: MessageResult["verdict"]): { readonly reason: string | null; readonly error: string | null } {
  switch (verdict.is) {
    case "accepted":
      return { reason: null, error: verdict.errors.join(" ") || null };
    case "rejected":
      return { reason: verdict.reason, error: verdict.message };
    case "ignored":
    case "later":
      return { reason: verdict.reason, error: null };
  }
}
