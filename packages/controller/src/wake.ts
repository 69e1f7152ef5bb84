import type { Ms } from "./clock.ts";
import type { Key } from "./model/key.ts";

/** What sends a hint that a document is due at an instant. Hints may be spurious; none may be lost. */
export interface Wake {
  /** Resolves once the hint is sure to come. Rejects where it could not be sent. */
  at(key: Key, when: Ms): Promise<void>;
}
