import type { Doc } from "../../record/doc.ts";
import { text } from "../place.ts";
import type { Responder } from "../responder.ts";
import { safeWrite } from "../write.ts";

/**
 * Tasks are stopped only as `minimumHealthyPercent` allows, and standalone ones are left alone (see drain-tasks).
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html
 */
export const setDraining: Responder = safeWrite(
  () => "set the container instance to DRAINING",
  (step, { aws, doc }, at, ask) =>
    aws.ecs.setState(at, text(step, "clusterArn"), text(step, "containerInstanceArn"), "DRAINING", {
      ...ask,
      followsUp: isDeregistered(doc),
    }),
);

/** Side by side with it, or before: of a storm's instances, those without targets have nothing but this done. */
const isDeregistered = (doc: Doc): boolean =>
  doc.kind === "incident" && doc.body.steps.some(({ id, after }) => id.startsWith("deregister:") && after.length === 0);

/** Undoes it. */
export const setActive: Responder = safeWrite(
  () => "set the container instance to ACTIVE again",
  (step, { aws }, at, ask) =>
    aws.ecs.setState(at, text(step, "clusterArn"), text(step, "containerInstanceArn"), "ACTIVE", ask),
);
