import type { Ms } from "../clock.ts";
import { serviceId } from "../inventory/ids.ts";
import type { Doc } from "../model/doc.ts";
import type { Key } from "../model/key.ts";
import type { Evidence } from "../model/signal.ts";
import type { NoteOf } from "../record/encode.ts";
import type { Ledger, Outline } from "../record/ledger/ledger.ts";
import { readOutlined } from "./read-outlined.ts";

const TAG = "evidence";
/** Maximum number of version conflicts: then other workers have stored newer evidence. */
const MOST_CONFLICTS = 5;

const PREFIX = "evidence#";

const keyOf = ({ about }: Evidence): Key =>
  `${PREFIX}${about.type === "service" ? serviceId(about.clusterArn, about.name) : about.id}`;

/**
 * Stores the newest message of a service or fleet, so that it survives a restart. Rejects with the ledger's errors.
 */
export async function storeEvidence(ledger: Pick<Ledger, "load" | "commit">, evidence: Evidence): Promise<void> {
  const key = keyOf(evidence);
  for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
    const stored = await ledger.load(key, "evidence");
    if ((stored?.body.at ?? -Infinity) >= evidence.at) return;
    // Most messages say that all is well; they need no document.
    if ((stored?.body.said ?? null) === null && evidence.said === null) return;
    const { about, said, at } = evidence;
    const version = stored?.version ?? 0;
    const doc: Doc<"evidence"> = {
      kind: "evidence",
      key,
      schema: 1,
      version,
      wakeAt: null,
      tags: [TAG],
      body: { about, said, at },
    };
    if ((await ledger.commit([doc], [])) !== "conflict") return;
  }
}

/** Makes the note of stored evidence for `loadEvidence`: when the service or fleet sent it. */
export const noteOfEvidence: NoteOf = (doc) =>
  doc.kind === "evidence" ? { tag: TAG, note: String(doc.body.at) } : null;

/**
 * Reads stored evidence, after a restart or from other workers: only what is newer than what is known here.
 * @param knownAt returns the time of the newest evidence of a service or fleet that is known; null if none is
 */
export function loadEvidence(
  ledger: Pick<Ledger, "outline" | "load">,
  knownAt: (id: string) => Ms | null,
  feedEvidence: (evidence: Evidence) => void,
): Promise<void> {
  const isKnown = ({ key, note }: Outline): boolean =>
    note !== null && (knownAt(key.slice(PREFIX.length)) ?? -Infinity) >= Number(note);
  return readOutlined(ledger, TAG, "evidence", isKnown, ({ body }) => feedEvidence(body));
}
