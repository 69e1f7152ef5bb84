import type { SilencePreviewView, SilenceView } from "@spotkeeper/controller";
import { table } from "../table.ts";

/** Renders silences as a table. */
export function renderSilences(all: readonly SilenceView[]): string {
  if (all.length === 0) return "No silences.\n";
  return table(
    ["ID", "STATE", "FROM", "UNTIL", "WHAT", "BY", "WHY"],
    all.map(({ id, state, startsAt, endsAt, match, author, comment }) => [
      id,
      state,
      minute(startsAt),
      minute(endsAt),
      wordsOf(match).join(" ") || "everything",
      author,
      comment,
    ]),
  );
}

/** Renders what a silence matches now, in one sentence. */
export function renderPreview({ count, of }: SilencePreviewView): string {
  if (count === 0)
    return of === 0 ? "It matches nothing now: no incident is open." : `It matches none of the ${of} open incidents.`;
  return `It matches ${count} of ${of} open ${of === 1 ? "incident" : "incidents"}.`;
}

/** Renders the incidents that a silence matches as a table; empty if there are none. */
export function renderSilenced({ count, items }: SilencePreviewView): string {
  if (items.length === 0) return "";
  const rows = items.map(({ id, kinds, group, cluster, deadline }) => [
    id,
    kinds.join(" "),
    group ?? "–",
    cluster ?? "–",
    deadline === null ? "–" : minute(deadline),
  ]);
  const more = count > items.length ? `and ${count - items.length} more\n` : "";
  return `${table(["INCIDENT", "WHAT", "GROUP", "CLUSTER", "DEADLINE"], rows)}${more}`;
}

const minute = (time: string): string => time.slice(0, 16).replace("T", " ");

/** Formats a matcher as on the command line. */
function wordsOf(match: SilenceView["match"]): string[] {
  return Object.entries(match).flatMap(([key, value]) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? wordsOf(Object.fromEntries(Object.entries(value).map(([name, pattern]) => [`${key}.${name}`, pattern])))
      : [value].flat().map((one) => `${key}=${String(one)}`),
  );
}
