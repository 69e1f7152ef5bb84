/**
 * Loaded before `spotkeeper run` (node --import). Two things, both from the environment:
 * - `CRASH_AT=set-draining:before` (or `:after`: done, but not yet committed) kills the process there, as SIGKILL does;
 *   with a number behind it (`set-desired:after:1`) so many come by unharmed before.
 *   The names are those of responders, and of parts.ts.
 * - `SIM_CLOCK=<epoch ms>,<wall ms>,<speed>` makes its clock that of the simulator, so that minutes pass in seconds.
 */
import { kill, pid } from "node:process";
import { Agent, setGlobalDispatcher } from "undici";
import { realClock } from "@spotkeeper/simulator";
import { systemClock } from "../../../../controller/src/clock.ts";
import type { Responder } from "../../../../controller/src/respond/responder.ts";
import { responders } from "../../../../controller/src/respond/responders/index.ts";
import { type Dying, parts } from "./parts.ts";

const [base = 0, wall = 0, speed = 1] = (process.env["SIM_CLOCK"] ?? "").split(",").map(Number);
if (base > 0) Object.assign(systemClock, realClock({ speed, startAt: base + (Date.now() - wall) * speed }));

// The simulated instances' private addresses are nobody's here: their drain hooks are refused without a packet sent.
setGlobalDispatcher(
  new Agent({ connect: (_options, callback) => callback(new Error("no simulated instance has an application"), null) }),
);

const [name = "", side = "", spared = "0"] = (process.env["CRASH_AT"] ?? "").split(":");
const die = (): Promise<never> => {
  kill(pid, "SIGKILL");
  // The signal is on its way; nothing more of this process may be seen.
  return new Promise(() => {});
};

let left = Number(spared);
const dying: Dying =
  (work) =>
  async (...args) => {
    if (left-- > 0) return work(...args);
    if (side === "before") return die();
    // A run that failed is over, too.
    await work(...args).catch(() => {});
    return die();
  };

const registry: Record<string, Responder> = responders;
const responder = registry[name];
if (responder !== undefined) registry[name] = { ...responder, run: dying(responder.run) };
else if (parts[name] !== undefined) parts[name](dying);
else if (name !== "") throw new Error(`CRASH_AT names neither a responder nor a part: ${name}`);
