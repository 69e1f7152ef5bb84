import type { Doc } from "../model/doc.ts";
import type { Key } from "../model/key.ts";

/** Open incidents by alert, as far as this worker has advanced them. */
export interface AlertMembers {
  /**
   * Returns alerts that may have their outcome now: the incident closed, and no other open incident of this worker
   * belongs to them. To evaluate an alert for each incident that closes would read all its members each time. Of two
   * workers, the one that closes the last incident returns the alert, too.
   */
  closedLast(doc: Doc): readonly Key[];
  /** Removes incidents that another worker has closed; returns the alerts without open incidents. */
  keep(open: ReadonlySet<Key>): readonly Key[];
}

export function trackAlertMembers(): AlertMembers {
  const open = new Map<Key, Set<Key>>();

  /** Removes members from an alert; returns whether none is left. */
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
