import type { Ms } from "../../clock.ts";
import type { Ask, Place, Receipt } from "../ask.ts";

export interface Ec2Instance {
  readonly id: string;
  readonly name: string | null;
  readonly type: string;
  readonly availabilityZone: string;
  readonly zoneId: string | null;
  readonly privateIp: string | null;
  readonly publicIp: string | null;
  /** All private addresses, IPv4 and IPv6, of all its network interfaces: IP targets are registered by one of them. */
  readonly addresses: readonly Address[];
  readonly state: string;
  readonly stateReason: string | null;
  /** `spot`, `capacity-block`, `interruptible-capacity-reservation`, `scheduled`; null means On-Demand. */
  readonly lifecycle: string | null;
  readonly launchTime: Ms;
  readonly tags: { readonly [name: string]: string };
  readonly operator: { readonly managed: boolean; readonly principal: string | null } | null;
}

/** A private address; other VPCs may use the same one. */
export interface Address {
  readonly vpcId: string | null;
  readonly address: string;
}

/** The calls to Amazon EC2. */
export interface Ec2Calls {
  describeInstances(at: Place, ids: readonly string[], ask: Ask): Promise<ReadonlyMap<string, Ec2Instance>>;
  /** Lists the running and pending instances in a Capacity Reservation. */
  instancesIn(at: Place, reservationId: string, ask: Ask): Promise<readonly Ec2Instance[]>;
  terminateInstance(at: Place, id: string, ask: Ask): Promise<Receipt>;
}
