import type { AlertModel } from "../alert.ts";
import { ALL, type Part, partsOf, type Room } from "./parts.ts";

/**
 * Size limits, from the largest to the smallest. The least important content is cut first: members, then services, then
 * lines, then line ends.
 */
const ROOMS: readonly Room[] = [
  ALL,
  ...[100, 50, 25, 12, 6, 3, 1].map((members) => ({ ...ALL, members })),
  ...[20, 10, 5, 2].map((services) => ({ ...ALL, members: 1, services })),
  { members: 1, services: 1, lines: 6, width: 200 },
  { members: 1, services: 0, lines: 3, width: 120 },
  { members: 0, services: 0, lines: 2, width: 80 },
  { members: 0, services: 0, lines: 1, width: 60 },
];

/**
 * Returns the most complete rendering that fits: cut, with a count of the rest, never refused.
 *
 * @param fits whether the service accepts it
 * @param most maximum number of members
 * @example const text = fit(model, (parts) => layOut(parts), (body) => Buffer.byteLength(body) <= 32_000);
 */
export function fit<Rendering>(
  model: AlertModel,
  render: (parts: readonly Part[]) => Rendering,
  fits: (rendering: Rendering) => boolean,
  most: number = ALL.members,
): Rendering {
  let rendering = render([]);
  for (const room of ROOMS) {
    rendering = render(partsOf(model, { ...room, members: Math.min(most, room.members) }));
    if (fits(rendering)) return rendering;
  }
  return rendering;
}
