import { delimiter, join } from "node:path";
import type { Clock, Ms } from "../clock.ts";
import type { DrainContext } from "../drain/phases.ts";
import { codeOf, messageOf, SpotkeeperError } from "../errors.ts";
import { isSuccess, describeReply } from "../net/http-or-https.ts";
import type { Send } from "../net/send.ts";
import type { Notice } from "../notice.ts";
import type { Environment } from "../watch/environment.ts";
import { startChild } from "./child.ts";
import type { TokenOf } from "./tokens.ts";
import { splitCommand } from "./split-command.ts";

export interface HooksOptions {
  readonly hooks: readonly string[];
  readonly clock: Pick<Clock, "now" | "setTimer">;
  readonly send: Send;
  /** The bearer token for hooks that are URLs. */
  readonly token: TokenOf;
  readonly env: Environment;
  readonly log: (message: string, more: object) => void;
}

interface Hook {
  /** A name without secrets: the origin of a URL (its path may hold a token), the file of a command. */
  readonly name: string;
  run(context: DrainContext): Promise<string>;
}

/** Error codes of a temporary shortage: descriptors, processes, memory. */
const SHORTAGES: ReadonlySet<string | null> = new Set(["EMFILE", "ENFILE", "EAGAIN", "ENOMEM", "ENOBUFS"]);
/** Pause before a hook that failed by such a shortage is retried. */
const RETRY_PAUSE: Ms = 250;

/**
 * Runs the hooks in order. A hook that fails is logged, and the next one runs. A hook that fails by a shortage of
 * descriptors is retried while there is time. A hook that takes longer than its share of the time (time left / hooks
 * left) goes on beside the next one, so that a hook that hangs does not block the others.
 */
export function createHooks(options: HooksOptions): (context: DrainContext) => Promise<void> {
  const hooks = options.hooks.map((hook) =>
    /^https?:\/\//.test(hook) ? httpHook(hook, options) : commandHook(hook, options),
  );
  const runWhileThereIsTime = async ({ run }: Hook, context: DrainContext): Promise<string> => {
    for (;;) {
      try {
        return await run(context);
      } catch (error) {
        const isShortage = SHORTAGES.has(codeOf(error)) || SHORTAGES.has(codeOf((error as Error).cause));
        if (isShortage) await context.wait(RETRY_PAUSE);
        if (!isShortage || context.signal.aborted) throw error;
      }
    }
  };
  return async (context) => {
    const failed: string[] = [];
    const runOne = async (hook: Hook, number: number): Promise<void> => {
      const { name } = hook;
      try {
        const outcome = await runWhileThereIsTime(hook, context);
        context.note(`${name}: ${outcome}`);
        options.log("hook", { hook: name, number, outcome });
      } catch (error) {
        failed.push(name);
        context.note(`${name}: ${messageOf(error)}`);
        options.log("hook failed", { hook: name, number, error: messageOf(error) });
      }
    };
    const running: Promise<void>[] = [];
    for (const [at, hook] of hooks.entries()) {
      if (context.signal.aborted) {
        failed.push(hook.name);
        context.note(`${hook.name}: ${context.calledOff ? "the notice is gone" : "no time was left"}`);
        continue;
      }
      const one = runOne(hook, at + 1);
      running.push(one);
      await Promise.race([one, context.wait(context.remaining() / (hooks.length - at))]);
    }
    await Promise.all(running);
    if (failed.length > 0) throw new SpotkeeperError("SK-AGENT-HOOK", `Hooks that failed: ${failed.join(", ")}.`);
  };
}

function httpHook(hook: string, { clock, send, token }: HooksOptions): Hook {
  // The value may contain a password, so it is not in the message.
  if (!URL.canParse(hook)) throw new SpotkeeperError("SK-AGENT-CALL", "--hook: got http… that is not a URL.");
  const url = new URL(hook);
  return {
    name: url.origin,
    async run({ reason, remaining }) {
      const bearer = token();
      const authorization = bearer === null ? {} : { authorization: `Bearer ${bearer}` };
      const headers = { ...authorization, "content-type": "application/json" };
      const body = JSON.stringify({ notice: reason, drill: reason.kind === "drill" });
      const reply = await send("POST", url, headers, clock.now() + remaining(), body);
      if (!isSuccess(reply)) throw Object.assign(new Error(describeReply(reply)), { code: reply.code ?? null });
      return describeReply(reply);
    },
  };
}

function commandHook(hook: string, { env, clock }: HooksOptions): Hook {
  const [file, ...args] = splitCommand(hook);
  // A semicolon at the end may belong to `find -exec`.
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
      const child = startChild(file, args, { env: { ...env, ...variablesOf(reason) }, stdio: "inherit" });
      const end = clock.now() + context.remaining();
      let forget = (): void => {};
      const kill = (): void => {
        // The notice was cancelled: let a running hook finish, within its original time.
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

/**
 * Checks at the start, not during a drain, whether the command can be executed. Without PATH the system searches these
 * folders (execvp(3)).
 */
function canRun(file: string, path = "/usr/bin:/bin"): boolean {
  const { accessSync, constants, statSync } = process.getBuiltinModule("node:fs");
  return (file.includes("/") ? [""] : path.split(delimiter)).some((folder) => {
    try {
      accessSync(join(folder, file), constants.X_OK);
      return statSync(join(folder, file)).isFile();
    } catch {
      return false;
    }
  });
}

/** The variables from which a command reads the notice. */
const variablesOf = ({ kind, action, deadline, detail }: Notice): NodeJS.ProcessEnv => ({
  SPOTKEEPER_NOTICE: kind,
  SPOTKEEPER_ACTION: action ?? "",
  SPOTKEEPER_DEADLINE: deadline ?? "",
  SPOTKEEPER_DETAIL: detail ?? "",
  SPOTKEEPER_DRILL: kind === "drill" ? "1" : "",
});
