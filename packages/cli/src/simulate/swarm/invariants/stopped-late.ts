import type { Ms } from "@spotkeeper/simulator";
import type { Scene } from "./scene.ts";
import { timeLeft } from "./time-left.ts";

/** ECS's own default: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html (stopTimeout) */
const STOP_TIMEOUT = 30;

/** Returns a breach if a task is told to stop although its `stopTimeout` leaves more time. */
export function stoppedTooSoon(taskArn: string, scene: Scene): string[] {
  const { regions, world } = scene.fleet;
  const task = regions
    .flatMap(({ clusters }) => [...clusters.values()])
    .flatMap(({ tasks }) => tasks.get(taskArn) ?? [])
    .at(0);
  const host = task?.containerInstance?.instance;
  const left = host === undefined ? null : timeLeft(host, scene);
  if (task === undefined || left === null) return [];
  const timeout: Ms = (task.definition.stopTimeout ?? STOP_TIMEOUT) * 1_000;
  const early = left.end - timeout - world.clock.now();
  return early <= 0 ? [] : [`${taskArn} was told to stop ${early / 1_000} s before it had to`];
}
