import { shown, text } from "../place.ts";
import type { Responder } from "../responder.ts";
import { safeWrite } from "../write.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DeregisterInstancesFromLoadBalancer.html */
export const deregisterClassic: Responder = safeWrite(
  (step) => `deregister ${shown(step, "instanceId")} from the Classic load balancer ${shown(step, "loadBalancer")}`,
  (step, { aws }, at, ask) => aws.classicElb.deregister(at, text(step, "loadBalancer"), text(step, "instanceId"), ask),
);

/** Undoes it. */
export const registerClassic: Responder = safeWrite(
  (step) => `register ${shown(step, "instanceId")} again with the Classic load balancer ${shown(step, "loadBalancer")}`,
  (step, { aws }, at, ask) => aws.classicElb.register(at, text(step, "loadBalancer"), text(step, "instanceId"), ask),
);
