import { SHARE } from "./mutant-names.ts";
import { isInShare, type Mutant, parseShare } from "./mutant-share.ts";

type Checked = Readonly<
  Record<string, { readonly status: "passed" } | { readonly status: "compileError"; reason: string }>
>;

/**
 * A checker of StrykerJS that lets only a share of the mutants through; the others count as not valid and are not tested.
 * https://stryker-mutator.io/docs/stryker-js/plugins
 */
function createChecker() {
  const share = parseShare(process.env[SHARE] ?? "");
  const root = process.cwd();
  return {
    init: (): Promise<void> => Promise.resolve(),
    check: (mutants: readonly (Mutant & { readonly id: string })[]): Promise<Checked> =>
      Promise.resolve(
        Object.fromEntries(
          mutants.map((one) => [
            one.id,
            isInShare(one, share, root) ? { status: "passed" } : { status: "compileError", reason: "not in the share" },
          ]),
        ),
      ),
    group: (mutants: readonly { readonly id: string }[]): Promise<readonly (readonly string[])[]> =>
      Promise.resolve([mutants.map(({ id }) => id)]),
  };
}

export const strykerPlugins = [{ kind: "Checker", name: "share", factory: createChecker }];
