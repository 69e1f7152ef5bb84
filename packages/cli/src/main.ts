#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { EXIT, type Io } from "./io.ts";
import { createOutput } from "./output.ts";

// Most of the start-up time is spent on compiling the AWS SDK's clients, so the compiled code is cached for the next
// start. Without a cache folder it is compiled each time
// (https://nodejs.org/api/module.html#moduleenablecompilecachecachedir).
enableCompileCache();
const { runCommandLine } = await import("./program.ts");

const waiting: ((signal: NodeJS.Signals) => void)[] = [];

// The first signal asks the waiting command to end. A second one, or one while no command waits, ends the process at
// once.
let asked = false;
const onSignal = (signal: NodeJS.Signals): void => {
  if (asked || waiting.length === 0) process.exit(EXIT.interrupted);
  asked = true;
  for (const resolve of waiting.splice(0)) resolve(signal);
};
const signals = ["SIGINT", "SIGTERM"] as const;
for (const signal of signals) process.on(signal, onSignal);

const io: Io = {
  stdin: process.stdin,
  stdout: createOutput(process.stdout),
  stderr: createOutput(process.stderr),
  env: process.env,
  now: () => Date.now(),
  interrupted: () => new Promise((resolve) => waiting.push(resolve)),
  onHangup: (reload) => void process.on("SIGHUP", reload),
  releaseSignals: () => signals.forEach((signal) => process.off(signal, onSignal)),
};

// The product's timers do not keep the process alive, so this one does while a command runs.
setInterval(() => {}, 2 ** 30);
process.exit(await runCommandLine(process.argv.slice(2), io));
