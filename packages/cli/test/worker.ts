import { join } from "node:path";
import { createLog, loadConfig, runWorker, systemClock } from "@spotkeeper/controller";
import { folder } from "./support.ts";

export interface Setting {
  readonly url: string;
  close(): Promise<void>;
}

/** A worker without sources, on a free port, that wants the token `s3cret`. */
export async function startShow(): Promise<Setting> {
  const files = Object.fromEntries(
    ["ledger", "archive", "inventory"].map((name) => [name, { file: join(folder, `${name}.db`) }]),
  );
  const show = { listen: "127.0.0.1:0", auth: { tokens: ["${env:TOKEN}"] } };
  const config = loadConfig("test", () => JSON.stringify({ ...files, show }));
  const output = { write: () => true };
  const log = createLog({ level: "silent", format: "json", output, color: false, clock: systemClock });
  const running = await runWorker({ config, log, env: { TOKEN: "s3cret" }, output, color: false });
  return { url: running.url, close: () => running.stop(2_000) };
}
