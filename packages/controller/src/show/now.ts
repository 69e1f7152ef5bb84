import type { Clock } from "../clock.ts";
import type { Doc } from "../model/doc.ts";
import type { AlertModel } from "../notify/alert.ts";
import { buildAlert } from "../notify/message/build.ts";
import type { MemberSource } from "../notify/message/member.ts";
import type { FindPhrase } from "../notify/message/phrases.ts";
import type { OpenIncidents } from "../notify/open-incidents.ts";
import type { Ledger } from "../record/ledger/ledger.ts";

/** An open alert with what it says now: the same words as in messages, made of the same facts. */
export interface OpenAlert {
  readonly doc: Doc<"alert">;
  readonly model: AlertModel;
}

export interface Happening {
  /** Open incidents with their facts, newest first. */
  readonly incidents: readonly MemberSource[];
  /** Open alerts with an open incident, the nearest deadline first. */
  readonly alerts: readonly OpenAlert[];
}

export interface HappeningDeps {
  readonly ledger: Pick<Ledger, "load">;
  readonly openIncidents: OpenIncidents;
  readonly phrases: FindPhrase;
  readonly clock: Pick<Clock, "now">;
}

/** Reads what is happening: all open incidents, and the alerts that they have joined. */
export async function readHappening({ ledger, openIncidents, phrases, clock }: HappeningDeps): Promise<Happening> {
  const open = await openIncidents();
  const members = new Map<string, MemberSource[]>();
  for (const one of open) {
    for (const { key } of one.doc.body.alerts) {
      const known = members.get(key);
      if (known === undefined) members.set(key, [one]);
      else known.push(one);
    }
  }
  const docs = await Promise.all([...members.keys()].map((key) => ledger.load(key, "alert")));
  const now = clock.now();
  const alerts = docs.flatMap((doc): OpenAlert[] => {
    const told = doc === null ? undefined : members.get(doc.key);
    return doc === null || told === undefined ? [] : [{ doc, model: buildAlert(told, doc, now, phrases) }];
  });
  return {
    incidents: open.toSorted((a, b) => b.doc.body.openedAt - a.doc.body.openedAt),
    alerts: alerts.toSorted((a, b) => deadlineOf(a) - deadlineOf(b) || b.model.openedAt - a.model.openedAt),
  };
}

const deadlineOf = ({ model }: OpenAlert): number => model.earliestDeadline ?? Infinity;
