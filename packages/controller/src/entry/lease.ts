import type { Clock, Ms } from "../clock.ts";
import type { Doc } from "../model/doc.ts";
import type { Ledger } from "../record/ledger/ledger.ts";

/**
 * Creates leases for slow work that only one of several workers should do. A lease saves calls, and is not needed for
 * correctness: two holders would only read AWS twice.
 *
 *     A: load v3, over ── take: A until 120 ── commit v4 ✓
 *     B: load v3, over ──── take: B until 121 ── commit ✗ → not taken
 *
 * @returns a function that takes or renews the lease for `ttl`, and returns whether this worker has it; rejects if the
 *   ledger is unavailable
 */
export function createLease(
  ledger: Pick<Ledger, "load" | "commit">,
  clock: Clock,
  owner: string,
): (name: string, ttl: Ms) => Promise<boolean> {
  return async (name, ttl) => {
    const key = `service#lease/${name}`;
    const now = clock.now();
    const held = await ledger.load(key, "service");
    if (held !== null && held.body.heldFor !== owner && (held.body.until ?? 0) > now) return false;
    const doc: Doc<"service"> = {
      kind: "service",
      key,
      schema: 1,
      version: held?.version ?? 0,
      wakeAt: null,
      tags: [],
      body: { heldFor: owner, until: now + ttl },
    };
    return (await ledger.commit([doc], [])) !== "conflict";
  };
}
