import type { Ask, Place, Receipt } from "../ask.ts";

/** The calls to AWS Cloud Map. */
export interface CloudMapCalls {
  instances(
    at: Place,
    serviceId: string,
    ask: Ask,
  ): Promise<readonly { readonly id: string; readonly attributes: { readonly [name: string]: string } }[]>;
  deregister(at: Place, serviceId: string, instanceId: string, ask: Ask): Promise<Receipt>;
  register(
    at: Place,
    serviceId: string,
    instanceId: string,
    attributes: { readonly [name: string]: string },
    /** Idempotency id of this request; at most 64 characters. */
    creatorRequestId: string,
    ask: Ask,
  ): Promise<Receipt>;
}
