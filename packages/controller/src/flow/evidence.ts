import { serviceId } from "../inventory/ids.ts";
import type { Doc } from "../model/doc.ts";
import type { Key } from "../model/key.ts";
import type { Evidence } from "../model/signal.ts";
import type { Ledger } from "../record/ledger/ledger.ts";

const TAG = "evidence";
/** Maximum number of version conflicts: then other workers have stored newer evidence. */
const MOST_CONFLICTS = 5;

const keyOf = ({ about }: Evidence): Key =>
  `evidence#${about.type === "service" ? serviceId(about.clusterArn, about.name) : about.id}`;

/**
 * Stores the newest message of a service or fleet, so that it survives a restart. Rejects with the ledger's errors.
 */
export async function keepEvidence(ledger: Pick<Ledger, "load" | "commit">, evidence: Evidence): Promise<void> {
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

/** Reads all stored evidence, after a restart or from other workers. */
export async function recallEvidence(ledger: Pick<Ledger, "list">, learn: (evidence: Evidence) => void): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await ledger.list(TAG, cursor);
    for (const doc of page.items) if (doc.kind === "evidence") learn(doc.body);
    cursor = page.next;
  } while (cursor !== undefined);
}
