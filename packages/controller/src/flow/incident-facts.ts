import type { Aws } from "../aws/aws.ts";
import type { Clock, Ms } from "../clock.ts";
import { isOld } from "../decide/outdated.ts";
import { factsOf } from "../enrich/facts-of.ts";
import type { Facts } from "../enrich/facts.ts";
import { createLookAround, type LookAround } from "../enrich/look-up/look-around.ts";
import { createLookUp } from "../enrich/look-up/look-up.ts";
import type { Overrides } from "../enrich/overrides.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Doc } from "../model/doc.ts";
import { withReason } from "../respond/incident/labels.ts";
import type { FlowDeps } from "./deps.ts";

export interface IncidentFactsOptions {
  readonly aws: Aws;
  readonly inventory: Inventory;
  readonly clock: Clock;
  readonly overrides: Overrides;
  /** See `HandlingOptions`. */
  readonly gather: Ms;
  readonly doomed: FlowDeps["doomed"];
}

/** The facts about incidents, and the look-ups that complete them. */
export interface IncidentFacts {
  /** Returns the current facts about an incident's subject. */
  readonly factsOf: FlowDeps["factsOf"];
  readonly lookUp: FlowDeps["lookUp"];
  readonly lookAround: LookAround;
  /** Does the same for the subject of an incident, if it is an instance in a known region. */
  readonly lookAroundFor: (doc: Doc<"incident">, deadline: Ms) => Promise<void>;
}

export function createIncidentFacts(options: IncidentFactsOptions): IncidentFacts {
  const { aws, inventory, clock, overrides, gather, doomed } = options;
  const lookUp = createLookUp({ aws, inventory, clock, overrides, gather });
  const lookAround = createLookAround({ aws, inventory, clock });
  return {
    factsOf: (doc) =>
      withReason(factsOf(inventory, doc.body.subject, placeOf(doc), doomed(), overrides, clock.now()), doc.body),
    async lookUp(doc, depth, deadline) {
      const place = placeOf(doc);
      if (place === null) return;
      const asOf = inventory.get("instance", doc.body.subject.id)?.observedAt ?? 0;
      const afresh = isOld(doc.body) && asOf < doc.body.openedAt;
      await lookUp(doc.body.subject, place, deadline, depth, afresh);
    },
    lookAround,
    async lookAroundFor(doc, deadline) {
      const { subject } = doc.body;
      const place = placeOf(doc);
      if (place !== null && subject.type === "instance") await lookAround(subject.id, place, deadline);
    },
  };
}

const placeOf = (doc: Doc<"incident">): Facts["place"] => {
  const { account, region } = doc.body;
  return region === null ? null : { account, region };
};
