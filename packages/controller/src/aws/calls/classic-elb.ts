import type { Ask, Place, Receipt } from "../ask.ts";

export interface ClassicLoadBalancer {
  readonly name: string;
  /** Ids of its registered instances. */
  readonly instances: readonly string[];
}

/** The calls to Classic Load Balancers. */
export interface ClassicElbCalls {
  /** Lists all Classic load balancers of the region, with their instances. */
  list(at: Place, ask: Ask): Promise<readonly ClassicLoadBalancer[]>;
  /** Returns states by instance id: AWS's states, and `Deregistering`. */
  instances(at: Place, loadBalancer: string, ask: Ask): Promise<ReadonlyMap<string, string>>;
  deregister(at: Place, loadBalancer: string, instanceId: string, ask: Ask): Promise<Receipt>;
  register(at: Place, loadBalancer: string, instanceId: string, ask: Ask): Promise<Receipt>;
}
