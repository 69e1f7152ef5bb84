import type { Ask, Place, Receipt } from "../ask.ts";
import type { Target } from "./elb.ts";

/** The calls to Amazon VPC Lattice. */
export interface LatticeCalls {
  targets(at: Place, targetGroup: string, ask: Ask): Promise<readonly (Target & { readonly status: string })[]>;
  deregister(at: Place, targetGroup: string, target: Target, ask: Ask): Promise<Receipt>;
  register(at: Place, targetGroup: string, target: Target, ask: Ask): Promise<Receipt>;
}
