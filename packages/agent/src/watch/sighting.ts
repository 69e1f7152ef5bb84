import type { Ms } from "../clock.ts";
import type { Action, NoticeKind } from "../notice.ts";

/** What one look at one path showed. `unreadable` says nothing, not even that there is nothing. */
export type Sighting = Present | { readonly is: "absent" } | { readonly is: "unreadable" };

export interface Present {
  readonly is: "present";
  readonly kind: NoticeKind;
  /** Equal for looks at the same notice. Times are not part of it: they may slide from look to look (EVENTS.md, trap 3). */
  readonly key: string;
  readonly action: Action | null;
  /** Epoch milliseconds at which the capacity goes away, as it was told. */
  readonly deadline: Ms | null;
  readonly detail: string | null;
}
