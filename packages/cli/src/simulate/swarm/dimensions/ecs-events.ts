/** What happens to the container instance of an instance, to its tasks, and to the service of the first of them. */
export const ECS_EVENT_KINDS = [
  "a person stops a task",
  "a task fails",
  "a person deregisters the container instance",
  "the agent loses its connection",
  "a deployment begins",
  "a service is scaled out",
  "a service is scaled in",
  "a person deletes a service",
] as const;
export type EcsEventKind = (typeof ECS_EVENT_KINDS)[number];
