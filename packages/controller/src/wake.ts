import type { Ms } from "./clock.ts";
import type { Key } from "./model/key.ts";

/** What tells a hint that a document is due at an instant. It may be spurious; none may be lost. */
export interface Wake {
  at(key: Key, when: Ms): void;
}
