import type { Clock, Ms } from "../clock.ts";
import { OPEN } from "../correlate/open.ts";
import type { Facts } from "../enrich/facts.ts";
import type { Doc } from "../model/doc.ts";
import type { Ledger } from "../record/ledger/ledger.ts";
import type { MemberSource } from "./message/member.ts";

/** How long the list is cached, since all alerts of a storm need it. */
const FRESH_FOR: Ms = 1_000;

export interface OpenIncidentsDeps {
  readonly ledger: Pick<Ledger, "list">;
  readonly factsOf: (doc: Doc<"incident">) => Facts;
  readonly clock: Clock;
}

export type OpenIncidents = () => Promise<readonly MemberSource[]>;

/** Creates the function that returns all open incidents with their facts; at most a second old. */
export function createOpenIncidents({ ledger, factsOf, clock }: OpenIncidentsDeps): OpenIncidents {
  let kept: { readonly all: Promise<readonly Doc<"incident">[]>; readonly until: Ms } | null = null;

  async function readAll(): Promise<readonly Doc<"incident">[]> {
    const all: Doc<"incident">[] = [];
    let cursor: string | undefined;
    do {
      const page = await (cursor === undefined ? ledger.list(OPEN) : ledger.list(OPEN, cursor));
      for (const doc of page.items) if (doc.kind === "incident") all.push(doc);
      cursor = page.next;
    } while (cursor !== undefined);
    return all;
  }

  return async () => {
    if (kept === null || kept.until <= clock.now()) {
      const all = readAll();
      kept = { all, until: clock.now() + FRESH_FOR };
      // After a failure the next call reads again.
      all.catch(() => (kept = null));
    }
    return (await kept.all).map((doc) => ({ doc, facts: factsOf(doc) }));
  };
}
