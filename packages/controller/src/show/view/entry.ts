import type { Entry } from "../../model/journal.ts";
import type { Incident } from "../../model/incident.ts";
import type { Key } from "../../model/key.ts";
import { idOf } from "./id.ts";
import type { EntryView } from "./schema.ts";
import { secondsBetween, timeOf } from "./time.ts";

/** Makes the view of a journal entry, with its position between opening and deadline. */
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
