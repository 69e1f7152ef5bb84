import { expect, test } from "vitest";
import { warningOf } from "../../../src/entry/channels.ts";
import { channels } from "../../../src/notify/channels/index.ts";
import { requestsOf } from "../../../src/notify/channels/support/genie.ts";
import { depsWith, testGenie } from "../genie-contract.ts";
import { documented, samplesIn } from "../support/documented.ts";

testGenie(
  (url, key) => {
    const given = { type: "opsgenie", apiKey: "${env:OPSGENIE_KEY}", url, allow: ["127.0.0.1"] };
    return channels.opsgenie.create(channels.opsgenie.options.parse(given), depsWith(key));
  },
  "opsgenie",
  "",
);

test("goes to Opsgenie unless told otherwise, and its page shows what is sent", () => {
  expect(channels.opsgenie.options.parse({ type: "opsgenie", apiKey: "${env:K}" })).toMatchObject({
    url: "https://api.opsgenie.com",
  });
  expect(samplesIn("opsgenie.md")[0]).toEqual(requestsOf(documented, false, 0)[0]?.body);
});

test("says that it ends; others have nothing of the kind to say", () => {
  expect(warningOf(channels.opsgenie.options.parse({ type: "opsgenie", apiKey: "${env:K}" }))).toContain("April 2027");
  expect(warningOf({ type: "console" })).toBeNull();
});
