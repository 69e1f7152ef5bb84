import { arn } from "../region.ts";
import type { Ms } from "../../operation.ts";
import type { Region } from "../state.ts";
import type { NetworkMode, TaskDefinition } from "./state.ts";

export interface TaskDefinitionSpec {
  readonly family: string;
  readonly cpu?: number;
  readonly memory?: number;
  readonly stopTimeout?: number | null;
  readonly networkMode?: NetworkMode | null;
  readonly hostPort?: number | null;
  readonly ignoresSigterm?: boolean;
  readonly failsAfter?: Ms | null;
}

/** Registers a task definition: the first revision of its family, or the next one. */
export const defineTask = (region: Region, spec: TaskDefinitionSpec): TaskDefinition => {
  const revision = 1 + [...region.taskDefinitions.values()].filter(({ family }) => family === spec.family).length;
  const definition: TaskDefinition = {
    arn: arn(region, "ecs", `task-definition/${spec.family}:${revision}`),
    family: spec.family,
    revision,
    cpu: spec.cpu ?? 256,
    memory: spec.memory ?? 512,
    stopTimeout: spec.stopTimeout ?? null,
    networkMode: spec.networkMode ?? null,
    hostPort: spec.hostPort ?? null,
    ignoresSigterm: spec.ignoresSigterm ?? false,
    failsAfter: spec.failsAfter ?? null,
  };
  region.taskDefinitions.set(definition.arn, definition);
  return definition;
};
