import type { Instance } from "@spotkeeper/simulator";
import { isOfYesterday } from "../watch.ts";
import type { Scene } from "./scene.ts";

/** Whether an instance has a notice that contains no warning, so a recommendation at most. */
export const isUnwarned = (instance: Instance, { spec, fleet }: Pick<Scene, "spec" | "fleet">): boolean =>
  instance.notice !== null && instance.notice.warnedAt === null && !isOfYesterday(spec, fleet, instance);
