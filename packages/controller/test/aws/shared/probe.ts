import type { Stand } from "./stand.ts";

/**
 * One question that both are asked. Its answer is what is compared; an error by its name and status, one of the server's
 * own (5xx) as `breaks`.
 */
export interface Probe {
  readonly ask: (it: Stand) => Promise<unknown>;
  /** What is known to differ, and why. Both are still held to it. */
  readonly differs?: { readonly simulator: unknown; readonly moto: unknown; readonly because: string };
}

/** An instance that never was. */
export const NOBODY = "i-00000000000000000";

/** Questions by what they are about. */
export type Probes = { readonly [question: string]: Probe };
