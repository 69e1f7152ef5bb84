import type { Reserved, Signal } from "../model/signal.ts";

/** The signal of one of the instances that run in the reservation. Its id is equal for duplicates of the message. */
export const signalOf = (reserved: Reserved, instanceId: string): Signal => ({
  ...reserved,
  id: `${reserved.id}/${instanceId}`,
  subject: { type: "instance", id: instanceId },
});
