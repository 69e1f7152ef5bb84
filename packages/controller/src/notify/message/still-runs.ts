import { z } from "zod";
import type { MemberDetail } from "./member.ts";

/** What verify-gone keeps of its last look, or of the one before its time was over. */
const held = z.union([z.object({ gone: z.null(), state: z.string() }), z.object({ retained: z.boolean() })]);

/**
 * Whether a closed incident's instance was still running when EC2 was last asked, although its group is ending it: a
 * hook holds it, or the group retains it. So far nothing was cut off.
 */
export const stillRuns = ({ body: { outcome, goneAt, steps } }: Pick<MemberDetail, "body">): boolean =>
  outcome !== null &&
  goneAt === null &&
  steps.some(({ responder, receipt }) => responder === "verify-gone" && held.safeParse(receipt).success);
