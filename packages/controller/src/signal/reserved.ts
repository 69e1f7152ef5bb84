import type { Reserved, Signal } from "../model/signal.ts";

/**
 * Makes the signal of one instance from the signal about its reservation. Its id is equal for duplicates of the
 * message.
 */
export const signalOf = (reserved: Reserved, instanceId: string): Signal => ({
  ...reserved,
  id: `${reserved.id}/${instanceId}`,
  subject: { type: "instance", id: instanceId },
});
