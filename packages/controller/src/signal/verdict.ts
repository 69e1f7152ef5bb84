import type { Key } from "../model/key.ts";

/** What became of a message. `later`: it could not be made durable; do not delete it. */
export type Verdict =
  | { readonly is: "accepted"; readonly incidents: readonly Key[]; readonly errors: readonly string[] }
  | { readonly is: "ignored"; readonly reason: string }
  | { readonly is: "rejected"; readonly reason: string; readonly message: string }
  | { readonly is: "later"; readonly reason: string };
