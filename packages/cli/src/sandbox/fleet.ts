import type { Member, World } from "@spotkeeper/simulator";

/** The state of one instance, as the screen draws it. */
export type Cell = "on-demand" | "spot" | "doomed" | "draining" | "launching" | "leaving";

/** The state of one Auto Scaling group. */
export interface GroupRow {
  readonly name: string;
  readonly desired: number;
  readonly inService: number;
  /** Its instances without terminated ones. */
  readonly cells: readonly Cell[];
}

export const fleetOf = (world: World): readonly GroupRow[] =>
  [...world.regions.values()].flatMap((region) =>
    [...region.groups.values()].map(({ name, desired, members }) => {
      const present = [...members.values()].filter(({ instance }) => instance.state !== "terminated");
      return {
        name,
        desired,
        inService: present.filter(({ state }) => state === "InService").length,
        cells: present.map(cellOf),
      };
    }),
  );

function cellOf({ instance, state }: Member): Cell {
  if (state.startsWith("Pending")) return "launching";
  if (instance.state === "shutting-down" || instance.state === "stopping") return "leaving";
  if (instance.containerInstance?.status === "DRAINING") return "draining";
  if (instance.notice !== null) return "doomed";
  if (state !== "InService") return "leaving";
  return instance.purchase === "spot" ? "spot" : "on-demand";
}
