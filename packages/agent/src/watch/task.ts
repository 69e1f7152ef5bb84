import type { Send } from "../net/send.ts";
import { answering, type Metadata } from "./metadata.ts";
import type { Watched } from "./paths.ts";
import { refused } from "./trouble.ts";

/**
 * The state that ECS wants this task in. Below the endpoint that ECS names in `ECS_CONTAINER_METADATA_URI_V4`
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html).
 */
export const taskState: Watched = {
  path: "/task",
  read(body) {
    let task: unknown;
    try {
      task = JSON.parse(body);
    } catch {
      return { is: "unreadable" };
    }
    const desired: unknown = typeof task === "object" && task !== null ? Reflect.get(task, "DesiredStatus") : null;
    if (typeof desired !== "string") return { is: "unreadable" };
    if (desired !== "STOPPED") return { is: "absent" };
    return {
      is: "present",
      kind: "task-stop",
      key: desired,
      action: null,
      deadline: null,
      detail: "ECS stops the task",
    };
  },
};

/** Asks the task metadata endpoint, which wants no token. A task that it does not know is not one that goes on. */
export function createTaskMetadata(endpoint: URL, send: Send): Metadata {
  const base = endpoint.href.replace(/\/$/, "");
  return answering(endpoint, async (path, timeout) => {
    const reply = await send({ method: "GET", url: new URL(base + path), timeout });
    if (reply.status === 404) throw refused(endpoint, path, 404);
    return reply;
  });
}
