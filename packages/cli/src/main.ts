#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { EXIT, type Io } from "./io.ts";
import { createOutput } from "./output.ts";

// Most of a start is the compiling of AWS's clients: what it made is kept for the next one. Where there is no place for
// it, it is made anew each time (https://nodejs.org/api/module.html#moduleenablecompilecachecachedir).
enableCompileCache();
const { runCommandLine } = await import("./program.ts");

const waiting: ((signal: NodeJS.Signals) => void)[] = [];

// The first asks whoever waits for it to come to an end; the second, or one that nobody waits for, ends at once.
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
  releaseSignals: () => signals.forEach((signal) => process.off(signal, onSignal)),
};

// The product's timers keep no process alive, but a command that waits for one is not done.
setInterval(() => {}, 2 ** 30);
process.exit(await runCommandLine(process.argv.slice(2), io));
