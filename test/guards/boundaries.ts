import { importsOf } from "../support/syntax.ts";
import type { Source } from "../support/tree.ts";

interface Boundary {
  /** Where it holds: the beginning of a path, less those in `except`. */
  readonly within: string;
  readonly except?: readonly string[];
  readonly forbids: RegExp;
  readonly because: string;
}

const sdk = /^@(aws-sdk|smithy|aws-crypto)\//;

const boundaries: readonly Boundary[] = [
  {
    within: "packages/",
    except: ["packages/controller/src/aws/"],
    forbids: sdk,
    because: "only packages/controller/src/aws imports the AWS SDK",
  },
  {
    within: "packages/controller/src/",
    forbids: /^(@spotkeeper\/(simulator|dashboard)|spotkeeper)(\/|$)/,
    because: "the controller knows neither the simulator nor the command line",
  },
  {
    within: "packages/simulator/src/",
    forbids: /^(@spotkeeper\/(controller|agent)|spotkeeper)(\/|$)/,
    because: "the simulator is a model of AWS and knows nothing of the product",
  },
  {
    within: "packages/agent/src/",
    forbids: /^(?!\.|node:)/,
    because: "the agent imports nothing outside Node.js",
  },
];

/** A workspace is entered by its name: a path from one into another would go around its `exports`. */
function leaves(path: string, target: string | null): boolean {
  const workspace = /^packages\/[^/]+\/src\//.exec(path)?.[0];
  return workspace !== undefined && target !== null && !target.startsWith(workspace);
}

/** What crosses a boundary between parts of the product; types count, since they are what couples. */
export function crossings(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const { path } = source;
    const here = boundaries.filter(
      ({ within, except = [] }) => path.startsWith(within) && !except.some((folder) => path.startsWith(folder)),
    );
    return importsOf(source).flatMap(({ specifier, path: target, line }) => [
      ...here
        .filter(({ forbids }) => forbids.test(specifier))
        .map(({ because }) => `${path}:${line} imports ${specifier}: ${because}`),
      ...(leaves(path, target)
        ? [`${path}:${line} imports ${specifier}: another workspace is imported by its name`]
        : []),
    ]);
  });
}
