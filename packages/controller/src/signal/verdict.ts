import type { Key } from "../model/key.ts";

/** The result of accepting a message. `later`: it could not be stored; do not delete it from its queue. */
export type Verdict =
  | { readonly is: "accepted"; readonly incidents: readonly Key[]; readonly errors: readonly string[] }
  | { readonly is: "ignored"; readonly reason: string }
  | { readonly is: "rejected"; readonly reason: string; readonly message: string }
  | { readonly is: "later"; readonly reason: string };
