import { expect, test } from "vitest";
import { channels } from "../../../src/notify/channels/index.ts";
import { requestsOf } from "../../../src/notify/channels/support/genie.ts";
import { depsWith, testGenie } from "../genie-contract.ts";
import { documented, samplesIn } from "../support/documented.ts";

testGenie(
  (url, key) => {
    const given = { type: "jsm-ops", apiKey: "${env:JSM_KEY}", url, allow: ["127.0.0.1"] };
    return channels["jsm-ops"].create(channels["jsm-ops"].options.parse(given), depsWith(key));
  },
  "jsm-ops",
  "/jsm/ops/integration",
);

test("goes to Atlassian unless told otherwise, and its page shows what is sent", () => {
  expect(channels["jsm-ops"].options.parse({ type: "jsm-ops", apiKey: "${env:K}" })).toMatchObject({
    url: "https://api.atlassian.com/jsm/ops/integration",
  });
  expect(samplesIn("jsm-ops.md")[0]).toEqual(requestsOf(documented, false, 0)[0]?.body);
});
