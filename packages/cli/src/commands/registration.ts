import type { Command } from "commander";
import type { Run } from "../context.ts";

/** Wraps a command's function so that commander can call it. */
export type Act = (run: Run) => (...args: unknown[]) => Promise<void>;

/** Adds one command to the program. */
export type Registration = (program: Command, act: Act) => void;
