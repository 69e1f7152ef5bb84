import { z } from "zod";
import type { MemberDetail } from "./member.ts";

const unknownEnd = z.object({ gone: z.null(), state: z.string() });

/**
 * Whether a closed incident's instance was still running when EC2 was last asked, although its group is ending it: a
 * hook holds it, or the group retains it. So far nothing was cut off.
 */
export const stillRuns = ({ body: { outcome, goneAt, steps } }: Pick<MemberDetail, "body">): boolean =>
  outcome !== null &&
  goneAt === null &&
  steps.some(({ responder, receipt }) => responder === "verify-gone" && unknownEnd.safeParse(receipt).success);
