import { expect, test, vi } from "vitest";
import { createAgentOn } from "../../src/agent.ts";
import { systemClock } from "../../src/clock.ts";
import { fakeHost } from "../support/host.ts";
import { startLoad } from "../support/load.ts";
import { servers } from "../support/servers.ts";

const agentOf = (unready: number) =>
  createAgentOn({ ...fakeHost(), clock: systemClock }, { metadata: false, exit: false, budgets: { unready } });

test.each(Object.entries(servers).filter(([name]) => name !== "node:http2"))(
  "%s: a drain under load loses no request",
  async (_, start) => {
    const agent = agentOf(1_000);
    const { url, drainable } = await start(agent, { quiet: 200 });
    agent.onDrain("http", drainable);
    const load = startLoad({ url });
    await vi.waitFor(() => expect(load.served()).toBeGreaterThan(400), { timeout: 20_000 });
    const report = await agent.drain();
    const { lost, served, refused, unreached } = await load.stop();
    expect(lost).toEqual([]);
    expect(report).toMatchObject({ outcome: "drained", uncaught: [] });
    expect(served).toBeGreaterThan(400);
    expect(refused + unreached).toBe(200);
  },
);

test.each(["express", "fastify", "hono"])(
  "%s: the health route says unready while requests are served",
  async (name) => {
    const agent = agentOf(400);
    const { url, drainable } = await servers[name]!(agent, { quiet: 50 });
    agent.onDrain("http", drainable);
    const ask = async (path: string): Promise<number> => (await fetch(new URL(path, url))).status;
    expect([await ask("/healthz"), await ask("/")]).toEqual([200, 200]);
    const unready = new Promise<void>((resolve) => void agent.on("phase", (phase) => phase === "unready" && resolve()));
    const drained = agent.drain();
    await unready;
    const response = await fetch(new URL("/healthz", url));
    expect([response.status, await response.json(), await ask("/")]).toEqual([
      503,
      { ready: false, state: "draining" },
      200,
    ]);
    expect((await drained).outcome).toBe("drained");
  },
);

test("fastify: the hooks of its plugins run, once nothing is in flight", async () => {
  const { default: Fastify } = await import("fastify");
  const { drainFastify } = await import("../../src/adapters/fastify.ts");
  const app = Fastify();
  const order: string[] = [];
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  app.get("/", async () => {
    arrive();
    await new Promise((resolve) => setTimeout(resolve, 200));
    order.push("answered");
    return "ok";
  });
  app.addHook("onClose", async () => void order.push("plugin closed"));
  const agent = agentOf(0);
  agent.onDrain("http", drainFastify(app, { quiet: 50 }));
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  const response = fetch(url);
  await arrived;
  await agent.drain();
  expect([(await response).status, order]).toEqual([200, ["answered", "plugin closed"]]);
});
