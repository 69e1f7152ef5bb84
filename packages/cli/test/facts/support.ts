import { parseConfig, type FleetRead, loadParts } from "@spotkeeper/controller";
import {
  createSimulator,
  fleetOperations,
  sdkHandler,
  type Simulator,
  virtualClock,
  type VirtualClock,
  createWorld,
  type World,
} from "@spotkeeper/simulator";

export const ACCOUNT = "123456789012";
export const REGION = "us-east-1";

export interface Bench {
  readonly clock: VirtualClock;
  readonly world: World;
  readonly simulator: Simulator;
  /** Reads the fleet from the simulator, through the real SDK, on the virtual clock. */
  read(config?: string, regions?: readonly string[]): Promise<FleetRead>;
}

export async function bench(): Promise<Bench> {
  // Before time is moved: a module that is loaded takes none of it.
  const { readFleet } = await loadParts();
  const clock = virtualClock(Date.UTC(2026, 0, 1, 12));
  const world = createWorld({ clock, seed: 1, send: () => {} });
  const latency = { min: 15, max: 60 };
  const simulator = createSimulator({ clock, seed: 1, world, operations: fleetOperations, latency });
  return {
    clock,
    world,
    simulator,
    read: (config = "", regions = [REGION]) =>
      clock.runUntilSettled(
        readFleet({
          config: parseConfig(config, "a.yaml"),
          regions,
          env: {},
          clock,
          aws: {
            credentials: () => Promise.resolve({ accessKeyId: `AKIA${ACCOUNT}`, secretAccessKey: "simulated" }),
            requestHandler: sdkHandler(simulator),
          },
        }),
      ),
  };
}
