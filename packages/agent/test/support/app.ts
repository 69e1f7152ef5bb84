import { createServer } from "node:http";
import { createAgent, drainHttpServer } from "../../src/index.ts";

/** An application as users write it. Its argument says what goes wrong while it drains. */
const [wrong = "nothing"] = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const server = createServer((_request, response) => void response.end("ok"));
const agent = createAgent({ budgets: { unready: 100, finish: 2_000 } });
agent.onDrain("http", drainHttpServer(server, { quiet: 50 }));
agent.onDrain("work", () => {
  if (wrong === "uncaught") setTimeout(() => void Promise.reject(new Error("stray")), 1);
  if (wrong === "throws") setTimeout(() => Reflect.apply(JSON.parse, null, ["{"]), 1);
  return new Promise((resolve) => setTimeout(resolve, 100));
});
agent.onDrain(
  "state",
  async ({ reason }) => {
    server.close();
    server.closeAllConnections();
    // NoNotice keeps the process alive now but the drain itself.
    await new Promise((resolve) => setTimeout(resolve, 200).unref());
    say(`saved for ${reason.kind}`);
  },
  { phase: "save" },
);
agent.on("drained", ({ outcome, uncaught }) => say(`${outcome} ${uncaught.length}`));
await agent.start();
server.listen(0, "127.0.0.1", () => say("listening"));
