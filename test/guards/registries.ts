import { posix } from "node:path";
import { importsOf, stringsOf } from "../support/syntax.ts";
import type { Source } from "../support/tree.ts";

interface Registry {
  readonly folder: string;
  /** Where its members are listed, if not in the `index.ts` of the folder. */
  readonly index?: string;
  /** The files of the port itself, which stands beside its drivers. */
  readonly port?: readonly string[];
  /** The file that is listed of a member that has a folder of its own. */
  readonly first?: string;
  /** Users choose among these by name, so a page has to tell them. */
  readonly documented: boolean;
  /** What a test of each member has to run: files that hold what all members must do. */
  readonly contract?: readonly string[];
}

const source = "packages/controller/src/";
const test = "packages/controller/test/";

/** The folders in which an extension is one file, and one line where its kind is listed. */
const registries: readonly Registry[] = [
  { folder: `${source}signal/kinds`, index: `${source}signal/index.ts`, documented: false },
  { folder: `${source}respond/responders`, documented: true },
  {
    folder: `${source}notify/channels`,
    port: ["channel.ts"],
    first: "channel.ts",
    documented: true,
    contract: [`${test}notify/channel-contract.ts`, `${test}notify/genie-contract.ts`],
  },
  {
    folder: `${source}record/ledger`,
    port: ["ledger.ts", "driver.ts"],
    documented: true,
    contract: [`${test}record/ledger-contract.ts`],
  },
  {
    folder: `${source}record/archive`,
    port: ["archive.ts"],
    documented: true,
    contract: [`${test}record/archive-contract.ts`],
  },
  {
    folder: `${source}inventory/drivers`,
    documented: true,
    contract: [`${test}inventory/inventory-contract.ts`],
  },
  {
    folder: `${source}secrets/stores`,
    documented: true,
    contract: [`${test}secrets/secret-store-contract.ts`],
  },
];

interface Project {
  readonly sources: readonly Source[];
  readonly tests: readonly Source[];
  readonly pages: readonly Source[];
}

/** What stands in the folder of a registry and is not registered, not tested, or not told to users. */
export function unregistered({ sources, tests, pages }: Project): string[] {
  return registries.flatMap(
    ({ folder, index: list = `${folder}/index.ts`, port = [], first, documented, contract }) => {
      const index = sources.find(({ path }) => path === list);
      const registered = index === undefined ? [] : importsOf(index).filter((line) => !line.typeOnly && !line.reexport);
      const members = sources.filter(({ path }) =>
        posix.dirname(path) === folder
          ? !["index.ts", ...port].includes(posix.basename(path))
          : posix.dirname(posix.dirname(path)) === folder && posix.basename(path) === first,
      );
      return members.flatMap(({ path }) => {
        const name = posix.basename(posix.dirname(path) === folder ? path : posix.dirname(path), ".ts");
        return [
          ...(registered.some((line) => line.path === path) ? [] : [`${path} is not registered in ${list}`]),
          ...(tests.some((test) => isTestOf(test, path, name, list))
            ? []
            : [`${path} has no test: none stands at its place, imports it or names it`]),
          ...(contract === undefined || tests.some((test) => runs(test, contract, name))
            ? []
            : [`${path} does not pass its contract: no test imports ${contract.join(" or ")} and names "${name}"`]),
          ...(!documented || pages.some(({ text }) => text.includes(`\`${name}\``))
            ? []
            : [`${path} is not told to users: no page in docs/ names \`${name}\``]),
        ];
      });
    },
  );
}

/** A test runs the contract for the member that it names. */
const runs = (test: Source, contract: readonly string[], name: string): boolean =>
  test.path.endsWith(".test.ts") &&
  importsOf(test).some(({ path }) => path !== null && contract.includes(path)) &&
  stringsOf(test).some(({ what }) => what === name);

/** A test stands at the place of what it tests, imports it, or names it: beside its place, or taking it from the list. */
function isTestOf(test: Source, path: string, name: string, list: string): boolean {
  if (!test.path.endsWith(".test.ts")) return false;
  const own = posix.basename(path, ".ts") === name ? path : `${posix.dirname(path)}.ts`;
  const place = own.replace("/src/", "/test/").replace(/\.ts$/, ".test.ts");
  const imported = importsOf(test).map((line) => line.path);
  const beside = test.path.startsWith(`${posix.dirname(posix.dirname(place))}/`);
  const named = (): boolean => stringsOf(test).some(({ what }) => what === name);
  return test.path === place || imported.includes(path) || ((beside || imported.includes(list)) && named());
}
