import { readFileSync } from "node:fs";
import type { AlertModel } from "../../../src/notify/alert.ts";
import { impact, model, step, T0, task, told } from "./samples.ts";

/** The alert of which docs/channels shows what arrives. */
export const documented: AlertModel = {
  ...model([
    told("i-f72e1a347593cb5bc", {
      name: "shop-web",
      body: {
        steps: [
          step("deregister-target", { state: "done", settledAt: T0 }),
          step("set-draining", { state: "done", settledAt: T0 }),
          step("drain-tasks"),
        ],
      },
      facts: { impact: [impact({ doomed: 1, survives: 3, minimum: 4 })], tasks: [task("standalone")] },
    }),
  ]),
  link: "https://spot.example.com/api/v1/incidents/i-f72e1a347593cb5bc%231",
};

/** The JSON samples of a page in docs/channels, in their order. */
export function samplesIn(page: string): readonly unknown[] {
  const text = readFileSync(new URL(`../../../../../docs/channels/${page}`, import.meta.url), "utf8");
  return [...text.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, json = ""]) => JSON.parse(json) as unknown);
}
