import type { Alert } from "../../../src/model/alert.ts";
import type { Doc } from "../../../src/model/doc.ts";
import { T0 } from "../../record/support/samples.ts";

/** An alert as it is stored, sent by one channel. */
export function alertDoc(name: string, body: Partial<Alert> = {}, wakeAt: number | null = T0): Doc<"alert"> {
  return {
    kind: "alert",
    key: `alert#${name}`,
    schema: 1,
    version: 0,
    wakeAt,
    tags: ["alert"],
    body: {
      group: { account: "111122223333", region: "eu-west-1", cluster: "prod", group: null },
      route: null,
      generation: 1,
      openedAt: T0,
      flushAt: T0 + 5_000,
      sends: {
        sns: {
          state: "sent",
          hash: "h",
          receipt: { url: "secret" },
          attempts: 1,
          retryAt: null,
          since: null,
          reason: null,
        },
      },
      size: 1,
      quiet: "no",
      withheld: [],
      ...body,
    },
  };
}
