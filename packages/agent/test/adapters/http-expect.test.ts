import { once } from "node:events";
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { handlerOf } from "../support/agent.ts";
import { serve } from "../support/http.ts";

test("a client that asks before it sends its body is answered, before a drain and while it goes on", async () => {
  await using set = await serve((incoming, response) => void text(incoming).then((body) => response.end(body)));
  const ask = async (): Promise<readonly [number | undefined, string]> => {
    const sent = request(set.url, { method: "POST", headers: { expect: "100-continue" }, agent: false });
    sent.once("continue", () => sent.end("whole"));
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    return [response.statusCode, await text(response)];
  };
  expect(await ask()).toEqual([200, "whole"]);
  const unready = set.phase("unready");
  const drained = set.agent.drain();
  await unready;
  expect(await ask()).toEqual([200, "whole"]);
  await drained;
});

test("a request that asked first, of an application that answers that itself, is counted once and finished", async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>();
  await using set = await serve((_incoming, response) => arrive(() => response.end("late")));
  set.server.on("checkContinue", (incoming: IncomingMessage, response: ServerResponse) => {
    setTimeout(() => {
      response.writeContinue();
      set.server.emit("request", incoming, response);
    }, 1_500);
  });
  const sent = request(set.url, { method: "POST", headers: { expect: "100-continue" }, agent: false });
  sent.once("continue", () => sent.end("x"));
  sent.flushHeaders();
  const answered = once(sent, "response") as Promise<[IncomingMessage]>;
  await new Promise((resolve) => setTimeout(resolve, 200));
  const finishing = set.phase("finish");
  const drained = set.agent.drain();
  await finishing;
  // By now others are refused.
  expect((await fetch(set.url)).status).toBe(503);
  (await arrived)();
  expect((await answered)[0].statusCode).toBe(200);
  expect(handlerOf(await drained, "finish")?.notes).toEqual(["1 in flight, 0 given up, 0 left, 1 refused"]);
});
