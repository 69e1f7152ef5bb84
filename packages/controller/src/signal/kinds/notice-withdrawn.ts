import { z } from "zod";
import { common, one } from "../event.ts";
import type { Kind } from "../kind.ts";
import { instanceId } from "../shape.ts";

const detail = z.object({ "instance-id": instanceId, resumed: z.boolean("is not true or false") });

/**
 * The agent no longer finds a notice in the instance metadata. AWS has no such event and does not say that a notice
 * which disappeared is cancelled. So the signal is only recorded and changes no plan; whether the instance stays is
 * checked when its deadline has passed.
 */
export const noticeWithdrawn: Kind<"notice-withdrawn"> = {
  events: [["spotkeeper.agent", "Spot Notice Withdrawn"]],
  parse: (event) =>
    one(event, detail, (d) => ({
      ...common(event, { type: "instance", id: d["instance-id"] }),
      kind: "notice-withdrawn",
      resumed: d.resumed,
    })),
  notice: null,
  implies: () => null,
  urgency: 0,
  isDated: true,
  instanceListed: true,
  describe: ({ resumed }) =>
    `The notice is gone from the instance's metadata${resumed ? ", and its application has taken its work up again" : ""}.`,
};
