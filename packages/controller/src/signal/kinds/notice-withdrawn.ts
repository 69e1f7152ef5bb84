import { z } from "zod";
import { common, one } from "../event.ts";
import type { Kind } from "../kind.ts";
import { instanceId } from "../shape.ts";

const detail = z.object({ "instance-id": instanceId, resumed: z.boolean("is not true or false") });

/**
 * The agent on an instance no longer finds a notice in its metadata. AWS has no such event and does not say that a notice
 * which went is void, so it is put down and changes no plan: whether the instance stays is seen when its deadline is over.
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
  says: () => null,
  urgency: 0,
  isDated: true,
  whileKnown: true,
  describe: ({ resumed }) =>
    `The notice is gone from the instance's metadata${resumed ? ", and its application has taken its work up again" : ""}.`,
};
