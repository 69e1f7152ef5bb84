import type { z } from "zod";
import type { Ms } from "../../clock.ts";
import type { DriverFactory } from "../../drivers.ts";
import type { StoreDeps } from "../../store-deps.ts";
import type { Entry } from "../../model/journal.ts";
import type { Incident } from "../../model/incident.ts";
import type { Key } from "../../model/key.ts";
import type { Params } from "../../model/plain.ts";
import type { Page } from "../ledger/ledger.ts";

/** An archived incident. Putting the same key again replaces it if `version` is newer. */
export interface ArchivedIncident {
  readonly key: Key;
  readonly version: number;
  readonly incident: Incident;
  /** Labels for filters: group, cluster, instance type, zone, affected services, … */
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

/** The store of closed incidents. Every driver passes the contract suite. */
export interface Archive {
  put(incidents: readonly ArchivedIncident[]): Promise<void>;
  get(key: Key): Promise<ArchivedIncident | null>;
  /** Newest first. */
  list(filter: IncidentFilter, limit: number, cursor?: string): Promise<Page<ArchivedIncident>>;
  close(): Promise<void>;
}

/** The shape of a driver's file: the schema of its options in the config, and a function that opens the archive. */
export type ArchiveFactory<Options extends z.ZodObject = z.ZodObject> = DriverFactory<Archive, StoreDeps, Options>;
