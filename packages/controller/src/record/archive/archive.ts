import type { Ms } from "../../clock.ts";
import type { Entry } from "../../model/journal.ts";
import type { Incident } from "../../model/incident.ts";
import type { Key } from "../../model/key.ts";
import type { Params } from "../../model/plain.ts";
import type { Page } from "../ledger/ledger.ts";

/** An incident as analytics reads it. Writing the same key again replaces it if `version` is newer. */
export interface ArchivedIncident {
  readonly key: Key;
  readonly version: number;
  readonly incident: Incident;
  /** Group, cluster, instance type, zone, services affected, …: what lists filter by. */
  readonly facts: Params;
  readonly timeline: readonly Entry[];
}

export interface IncidentFilter {
  readonly from?: Ms;
  readonly to?: Ms;
  readonly instanceId?: string;
  readonly group?: string;
  readonly cluster?: string;
  readonly region?: string;
  readonly availabilityZone?: string;
  readonly instanceType?: string;
  readonly outcome?: string;
  readonly kind?: string;
  readonly open?: boolean;
}

/** What analytics reads. Every driver passes the contract suite. */
export interface Archive {
  put(incidents: readonly ArchivedIncident[]): Promise<void>;
  get(key: Key): Promise<ArchivedIncident | null>;
  /** Newest first. */
  list(filter: IncidentFilter, limit: number, cursor?: string): Promise<Page<ArchivedIncident>>;
  close(): Promise<void>;
}
