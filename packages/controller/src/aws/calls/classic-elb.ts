import type { Ask, Place, Receipt } from "../ask.ts";

export interface ClassicLoadBalancer {
  readonly name: string;
  /** Ids of the instances that are registered. */
  readonly instances: readonly string[];
}

/** What Spotkeeper asks of Classic Load Balancers. */
export interface ClassicElbCalls {
  /** Every Classic load balancer of the region, with its instances. */
  list(at: Place, ask: Ask): Promise<readonly ClassicLoadBalancer[]>;
  /** States by instance id: as AWS calls them, and `Deregistering`. */
  instances(at: Place, loadBalancer: string, ask: Ask): Promise<ReadonlyMap<string, string>>;
  deregister(at: Place, loadBalancer: string, instanceId: string, ask: Ask): Promise<Receipt>;
  register(at: Place, loadBalancer: string, instanceId: string, ask: Ask): Promise<Receipt>;
}
