import { numberOrNull, shown, text } from "../place.ts";
import type { Responder } from "../responder.ts";
import { safeWrite } from "../write.ts";

/** https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_DeregisterTargets.html */
export const deregisterLattice: Responder = safeWrite(
  (step) => `deregister ${shown(step, "id")} from the VPC Lattice target group ${shown(step, "targetGroup")}`,
  (step, { aws }, at, ask) =>
    aws.lattice.deregister(
      at,
      text(step, "targetGroup"),
      { id: text(step, "id"), port: numberOrNull(step, "port") },
      ask,
    ),
);

/** Undoes it. */
export const registerLattice: Responder = safeWrite(
  (step) => `register ${shown(step, "id")} again with the VPC Lattice target group ${shown(step, "targetGroup")}`,
  (step, { aws }, at, ask) =>
    aws.lattice.register(
      at,
      text(step, "targetGroup"),
      { id: text(step, "id"), port: numberOrNull(step, "port") },
      ask,
    ),
);
