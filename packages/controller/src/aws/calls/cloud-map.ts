import type { Ask, Place, Receipt } from "../ask.ts";

/** What Spotkeeper asks of AWS Cloud Map. */
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
    /** Tells this request from others; at most 64 characters. */
    creatorRequestId: string,
    ask: Ask,
  ): Promise<Receipt>;
}
