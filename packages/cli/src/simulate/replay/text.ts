import { renderIncident } from "../../incidents/text.ts";
import { printable } from "../../table.ts";
import type { Heard, Replayed } from "./replay.ts";

/** What led to nothing, then each incident with its timeline. */
export function renderReplay({ heard, incidents }: Replayed): string {
  const lines = heard.flatMap((one) => {
    const line = lineOf(one);
    return line === null ? [] : [printable(line)];
  });
  const head = lines.length === 0 ? "" : `${lines.join("\n")}\n\n`;
  if (incidents.length === 0) return `${head}No incidents.\n`;
  return `${head}${incidents.map(renderIncident).join("\n")}`;
}

function lineOf({ file, message, verdict }: Heard): string | null {
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

/** One object a line: messages that led to no incident, by their number, then incidents. */
export function replayLines({ heard, incidents }: Replayed): readonly object[] {
  const nothing = heard.filter(({ verdict }) => verdict.is !== "accepted" || verdict.incidents.length === 0);
  return [
    ...nothing.map(({ file, message, verdict }) => ({ file, message, is: verdict.is, ...why(verdict) })),
    ...incidents,
  ];
}

/** Named as `explain` names it. */
function why(verdict: Heard["verdict"]): { readonly reason: string | null; readonly error: string | null } {
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
