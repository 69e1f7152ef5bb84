import type { SilenceView } from "@spotkeeper/controller";
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

const minute = (time: string): string => time.slice(0, 16).replace("T", " ");

/** Formats a matcher as on the command line. */
function wordsOf(match: SilenceView["match"]): string[] {
  return Object.entries(match).flatMap(([key, value]) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? wordsOf(Object.fromEntries(Object.entries(value).map(([name, pattern]) => [`${key}.${name}`, pattern])))
      : [value].flat().map((one) => `${key}=${String(one)}`),
  );
}
