import type { z } from "zod";
import type { DriverFactory } from "../../drivers.ts";
import type { StoreDeps } from "../../store-deps.ts";
import type { Entry } from "../../model/journal.ts";
import type { Incident } from "../../model/incident.ts";
import type { Key } from "../../model/key.ts";
import type { Page } from "../ledger/ledger.ts";
import type { Durations, DurationsQuestion } from "../rows/durations.ts";
import type { IncidentFilter } from "../rows/filter.ts";
import type { Panel, PanelQuestion } from "../rows/panel.ts";

/** An archived incident. Putting the same key again replaces it if `version` is newer. */
export interface ArchivedIncident {
  readonly key: Key;
  readonly version: number;
  readonly incident: Incident;
  readonly timeline: readonly Entry[];
}

/** The store of closed incidents. Every driver passes the contract suite. */
export interface Archive {
  put(incidents: readonly ArchivedIncident[]): Promise<void>;
  get(key: Key): Promise<ArchivedIncident | null>;
  /** Newest first. */
  list(filter: IncidentFilter, limit: number, cursor?: string): Promise<Page<ArchivedIncident>>;
  /** Counts incidents, exactly. */
  panel(question: PanelQuestion): Promise<Panel>;
  /** Sums durations up, exactly; null if there are more than `MOST_SORTED` incidents in the range. */
  durations(question: DurationsQuestion): Promise<Durations | null>;
  close(): Promise<void>;
}

/** The shape of a driver's file: the schema of its options in the config, and a function that opens the archive. */
export type ArchiveFactory<Options extends z.ZodObject = z.ZodObject> = DriverFactory<Archive, StoreDeps, Options>;
