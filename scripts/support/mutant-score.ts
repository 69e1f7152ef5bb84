import { isInShare, type Mutant, type Share } from "./mutant-share.ts";

/** The part of StrykerJS's JSON report that is used. Its lines and columns are counted from 1. */
export interface Report {
  readonly files: {
    readonly [fileName: string]: {
      readonly mutants: readonly (Omit<Mutant, "fileName" | "replacement"> & {
        readonly replacement?: string;
        readonly status: string;
      })[];
    };
  };
}

export interface Score {
  /** Mutants of the share that the tests were tried on, or that no test reaches. */
  readonly mutants: number;
  /** Those for which a test failed or did not end. */
  readonly found: number;
  /** The others, as `file:line mutator → replacement`. */
  readonly survivors: readonly string[];
}

const FOUND: ReadonlySet<string> = new Set(["Killed", "Timeout", "RuntimeError"]);
/** Mutants of other parts, and those that StrykerJS leaves out (`ignoreStatic`). */
const NOT_TRIED: ReadonlySet<string> = new Set(["CompileError", "Ignored", "Pending"]);

/**
 * Counts the mutants of a share that the tests have found. StrykerJS's own score is no use: it counts mutants that no test
 * reaches before it draws a share.
 */
export function scoreOf({ files }: Report, share: Share, root: string): Score {
  const survivors: string[] = [];
  let mutants = 0;
  for (const [fileName, file] of Object.entries(files)) {
    for (const { location, mutatorName, replacement = "", status } of file.mutants) {
      const start = { line: location.start.line - 1, column: location.start.column - 1 };
      const isOurs = isInShare({ fileName, mutatorName, replacement, location: { start } }, share, root);
      if (!isOurs || NOT_TRIED.has(status)) continue;
      mutants++;
      if (!FOUND.has(status))
        survivors.push(`${fileName}:${location.start.line} ${mutatorName} → ${replacement.replaceAll(/\s+/g, " ")}`);
    }
  }
  return { mutants, found: mutants - survivors.length, survivors };
}
