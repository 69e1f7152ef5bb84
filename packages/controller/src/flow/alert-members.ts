import type { Doc } from "../model/doc.ts";
import type { Key } from "../model/key.ts";

/** Open incidents by the alerts that tell of them, as far as this worker has advanced them. */
export interface AlertMembers {
  /**
   * Alerts that may have their outcome now: the incident closed, and no other that is open here belongs to them. To look
   * at its alerts for each incident that closes would read all their members as many times as they have some. Of two
   * workers, the one that closes the very last finds this too.
   */
  closedLast(doc: Doc): readonly Key[];
  /** Forgets those that another worker has closed; answers the alerts that no open ones are left of. */
  keep(open: ReadonlySet<Key>): readonly Key[];
}

export function trackAlertMembers(): AlertMembers {
  const open = new Map<Key, Set<Key>>();

  /** Answers whether none is left. */
  const without = (alert: Key, gone: Iterable<Key>): boolean => {
    const members = open.get(alert) ?? new Set<Key>();
    for (const member of gone) members.delete(member);
    if (members.size > 0) return false;
    open.delete(alert);
    return true;
  };

  return {
    closedLast(doc) {
      if (doc.kind !== "incident") return [];
      const alerts = doc.body.alerts.map(({ key }) => key);
      if (doc.body.closedAt !== null) return alerts.filter((alert) => without(alert, [doc.key]));
      for (const alert of alerts) open.set(alert, (open.get(alert) ?? new Set<Key>()).add(doc.key));
      return [];
    },
    keep: (still) =>
      [...open].flatMap(([alert, members]) =>
        without(
          alert,
          [...members].filter((member) => !still.has(member)),
        )
          ? [alert]
          : [],
      ),
  };
}
