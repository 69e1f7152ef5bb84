import type { Step } from "../../record/doc.ts";
import { shown, text } from "../place.ts";
import type { Responder } from "../responder.ts";
import { safeWrite } from "../write.ts";

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_DeregisterInstance.html */
export const deregisterDiscovery: Responder = safeWrite(
  (step) => `deregister ${shown(step, "instanceId")} from the Cloud Map service ${shown(step, "serviceId")}`,
  (step, { aws }, at, ask) => aws.cloudMap.deregister(at, text(step, "serviceId"), text(step, "instanceId"), ask),
);

/** Undoes it, with the attributes that were there. */
export const registerDiscovery: Responder = safeWrite(
  (step) => `register ${shown(step, "instanceId")} again with the Cloud Map service ${shown(step, "serviceId")}`,
  (step, { aws }, at, ask) =>
    aws.cloudMap.register(at, text(step, "serviceId"), text(step, "instanceId"), attributesOf(step), ask),
);

function attributesOf(step: Step): Record<string, string> {
  const { attributes } = step.params;
  if (attributes === null || typeof attributes !== "object" || Array.isArray(attributes)) return {};
  return Object.fromEntries(
    Object.entries(attributes).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}
