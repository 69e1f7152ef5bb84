import type { AlertModel } from "@spotkeeper/controller";
import type { Instance } from "@spotkeeper/simulator";

/** Whether AWS refuses to end an instance, and people were told that it is theirs to end (docs/drain.md). */
export const isLeftToPeople = (
  { id, disableApiTermination }: Pick<Instance, "id" | "disableApiTermination">,
  alerts: readonly AlertModel[],
): boolean =>
  disableApiTermination &&
  alerts.some(
    ({ members, doing }) =>
      members.some(({ subject }) => subject === id) &&
      doing.some((line) => line.includes("runs on outside its group; please end it")),
  );
