import type { Entry, Incident, Key } from "../../record/doc.ts";
import { idOf } from "./id.ts";
import type { EntryView } from "./schema.ts";
import { secondsBetween, timeOf } from "./time.ts";

/** One line of the flight recorder, with where it stands between opening and deadline. */
export function entryView(key: Key, incident: Pick<Incident, "openedAt" | "deadline">, entry: Entry): EntryView {
  return {
    incident: idOf(key),
    at: timeOf(entry.at),
    secondsSinceOpened: secondsBetween(incident.openedAt, entry.at) ?? 0,
    secondsLeft: secondsBetween(entry.at, incident.deadline),
    kind: entry.kind,
    text: entry.text,
    data: entry.data,
  };
}
