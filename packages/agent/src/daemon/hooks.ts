import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Clock } from "../clock.ts";
import type { DrainContext } from "../drain/phases.ts";
import { messageOf, SpotkeeperError } from "../errors.ts";
import { isTaken, outcomeOf } from "../net/anywhere.ts";
import type { Send } from "../net/send.ts";
import type { Notice } from "../notice.ts";
import type { Environment } from "../watch/environment.ts";
import { startChild } from "./child.ts";
import { wordsOf } from "./words.ts";

export interface HooksOptions {
  readonly hooks: readonly string[];
  readonly clock: Pick<Clock, "now" | "setTimer">;
  readonly send: Send;
  /** Sent as a bearer token to hooks that are URLs. */
  readonly token: string | null;
  readonly env: Environment;
  readonly log: (message: string, more: object) => void;
}

interface Hook {
  /** Without what may be secret: a URL's user, password and query. */
  readonly name: string;
  run(context: DrainContext): Promise<string>;
}

/**
 * Runs each hook, one after the other. One that fails is told, and the next has its turn; what is left of the time is
 * theirs, so one that hangs takes it from those behind it.
 */
export function createHooks(options: HooksOptions): (context: DrainContext) => Promise<void> {
  const hooks = options.hooks.map((hook) =>
    /^https?:\/\//.test(hook) ? httpHook(hook, options) : commandHook(hook, options),
  );
  return async (context) => {
    const failed: string[] = [];
    for (const { name, run } of hooks) {
      if (context.signal.aborted) {
        failed.push(name);
        context.note(`${name}: ${context.calledOff ? "the notice is gone" : "no time was left"}`);
        continue;
      }
      try {
        const outcome = await run(context);
        context.note(`${name}: ${outcome}`);
        options.log("hook", { hook: name, outcome });
      } catch (error) {
        failed.push(name);
        context.note(`${name}: ${messageOf(error)}`);
        options.log("hook failed", { hook: name, error: messageOf(error) });
      }
    }
    if (failed.length > 0) throw new SpotkeeperError("SK-AGENT-HOOK", `Hooks that failed: ${failed.join(", ")}.`);
  };
}

function httpHook(hook: string, { clock, send, token }: HooksOptions): Hook {
  // It may have a password, so it is not repeated.
  if (!URL.canParse(hook)) throw new SpotkeeperError("SK-AGENT-CALL", "--hook: got http… that is not a URL.");
  const url = new URL(hook);
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  return {
    name: url.origin + url.pathname,
    async run({ reason, remaining }) {
      const headers = { ...authorization, "content-type": "application/json" };
      const body = JSON.stringify({ notice: reason, drill: reason.kind === "drill" });
      const reply = await send("POST", url, headers, clock.now() + remaining(), body);
      if (!isTaken(reply)) throw new Error(outcomeOf(reply));
      return outcomeOf(reply);
    },
  };
}

function commandHook(hook: string, { env, clock }: HooksOptions): Hook {
  const [file, ...args] = wordsOf(hook);
  // A semicolon at the end is that of find -exec.
  const operator = /\s(\|\|?|&&?|>>?|<)(?=\s|$)|\s;(?=\s+\S)/.exec(hook.replaceAll(/'[^']*'|"[^"]*"/g, ""))?.[0];
  if (operator !== undefined) {
    const said = `--hook: ${file} is run without a shell, and${operator} means nothing then. Use sh -c '…'.`;
    throw new SpotkeeperError("SK-AGENT-CALL", said);
  }
  if (!canRun(file, env["PATH"])) {
    const said = `--hook: ${file} is not there, or may not be executed. Give a command, or a URL of http or https.`;
    throw new SpotkeeperError("SK-AGENT-CALL", said);
  }
  return {
    name: file,
    async run(context) {
      const { reason, signal } = context;
      const child = startChild(file, args, { env: { ...env, ...told(reason) }, stdio: "inherit" });
      const end = clock.now() + context.remaining();
      let forget = (): void => {};
      const kill = (): void => {
        // One that has begun is not torn down half-way since the notice is gone, and has what time it had.
        if (context.calledOff) forget = clock.setTimer(end, () => child.signal("SIGKILL"));
        else child.signal("SIGKILL");
      };
      signal.addEventListener("abort", kill, { once: true });
      try {
        const code = await child.ended;
        if (code !== 0) throw new Error(signal.aborted ? "was killed: no time was left" : `ended with ${code}`);
        return "ended with 0";
      } finally {
        signal.removeEventListener("abort", kill);
        forget();
      }
    },
  };
}

/** Known at the start and not in the two minutes. Without a PATH the system looks in these (execvp(3)). */
const canRun = (file: string, path = "/usr/bin:/bin"): boolean =>
  (file.includes("/") ? [""] : path.split(delimiter)).some((folder) => {
    try {
      accessSync(join(folder, file), constants.X_OK);
      return statSync(join(folder, file)).isFile();
    } catch {
      return false;
    }
  });

/** What a command can read of the notice. */
const told = ({ kind, action, deadline, detail }: Notice): NodeJS.ProcessEnv => ({
  SPOTKEEPER_NOTICE: kind,
  SPOTKEEPER_ACTION: action ?? "",
  SPOTKEEPER_DEADLINE: deadline ?? "",
  SPOTKEEPER_DETAIL: detail ?? "",
  SPOTKEEPER_DRILL: kind === "drill" ? "1" : "",
});
