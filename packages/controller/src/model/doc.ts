import type { Ms } from "../clock.ts";
import type { Alert } from "./alert.ts";
import type { Group } from "./group.ts";
import type { Incident } from "./incident.ts";
import type { Key } from "./key.ts";
import type { Service } from "./service.ts";
import type { Evidence } from "./signal.ts";
import type { Silence } from "./silence.ts";

export interface Bodies {
  incident: Incident;
  group: Group;
  service: Service;
  alert: Alert;
  silence: Silence;
  /** The newest message of a service or fleet about why its replacements do not launch. */
  evidence: Evidence;
}

export type Kind = keyof Bodies;

/** The only durable shape. At most 8 kB as JSON; history is kept in the journal. */
export type Doc<K extends Kind = Kind> = {
  [P in K]: {
    readonly kind: P;
    readonly key: Key;
    readonly schema: 1;
    /** The version that was loaded; 0 for a document that is not stored yet. A commit stores `version + 1`. */
    readonly version: number;
    /** When `advance` handles the document next; null means settled, not in the due index. */
    readonly wakeAt: Ms | null;
    /** For `list` only, never for locking: `cluster#c`, `asg#g`, `alert#…`, `subject#i-…`. */
    readonly tags: readonly string[];
    readonly body: Bodies[P];
  };
}[K];
