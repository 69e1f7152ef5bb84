/**
 * Events about the container instance of an instance, about its tasks, about the service of its first task, and about a
 * Fargate task of its region.
 */
export const ECS_EVENT_KINDS = [
  "a person stops a task",
  "a task fails",
  "a person deregisters the container instance",
  "the agent loses its connection",
  "a deployment begins",
  "a service is scaled out",
  "a service is scaled in",
  "a person deletes a service",
  "Fargate Spot takes a task back",
] as const;
export type EcsEventKind = (typeof ECS_EVENT_KINDS)[number];
