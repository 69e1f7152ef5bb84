import { loadConfig } from "@spotkeeper/controller";
import { interrupt, type Instance, stormFleet } from "@spotkeeper/simulator";
import { openLab, QUEUE_ARN } from "../../packages/cli/src/simulate/lab.ts";

const COUNT = 100;

/**
 * Sends warnings one by one, each in its own cluster. Returns the milliseconds from the receipt of a warning to the
 * alert's arrival at a channel. AWS's own delay before that is not included.
 */
export async function singleAlerts(): Promise<readonly number[]> {
  const { policy } = loadConfig(null, () => "");
  const handed: number[] = [];
  let victims: readonly Instance[] = [];
  const lab = await openLab({
    seed: 1,
    policy,
    overrides: policy.clusters,
    build: (wiring) => {
      const fleet = stormFleet({ ...wiring, queueArn: QUEUE_ARN, instances: COUNT, clusters: COUNT, buckets: 5 });
      ({ victims } = fleet);
      return fleet.world;
    },
    channels: (clock) =>
      new Map([
        [
          "bench",
          {
            updates: "material",
            pace: null,
            send({ phase, members: [member] }) {
              const receivedAt = lab.incidents.get(member?.incident ?? "")?.openedAt ?? Number.NaN;
              if (phase === "receipt") handed.push(clock.now() - receivedAt);
              return Promise.resolve({ is: "sent", receipt: null });
            },
          },
        ],
      ]),
  });
  try {
    await lab.warmUp();
    for (const victim of victims) {
      interrupt(lab.world, victim.id);
      await lab.run(10_000);
    }
    return handed;
  } finally {
    await lab.close();
  }
}
