import { createServer } from "node:http";
import { expect, test } from "vitest";
import { createAgentOn } from "../../src/agent.ts";
import { drainHttpServer } from "../../src/adapters/http.ts";
import { systemClock } from "../../src/clock.ts";
import { startBalancer } from "../support/balancer.ts";
import { fakeHost } from "../support/host.ts";
import { listening } from "../support/http.ts";

test.each([
  ["over connections that are kept", true],
  ["over a new connection each", false],
])(
  "behind a load balancer that checks as the agent asks for, no request is refused: %s",
  { timeout: 60_000 },
  async (_, keepAlive) => {
    const agent = createAgentOn({ ...fakeHost(), clock: systemClock }, { metadata: false, signals: [], exit: false });
    const server = createServer((request, response) => {
      if (request.url === "/healthz") response.statusCode = agent.ready() ? 200 : 503;
      setTimeout(() => response.end("ok"), 5);
    });
    agent.onDrain("http", drainHttpServer(server));
    await using own = await listening(server);
    await using other = await listening(createServer((_request, response) => void response.end("ok")));
    await using balancer = startBalancer([own.url, other.url], { keepAlive });
    await balancer.served(200);
    const report = await agent.drain();
    await balancer.served(200);
    expect(report.outcome).toBe("drained");
    expect(balancer.answers()).toEqual({ 200: expect.any(Number) });
    expect(balancer.healthy()).toEqual([other.url]);
  },
);
