import type { Source } from "../support/tree.ts";

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly resolved?: string; readonly link?: boolean }>>;
}

/** Packages that a clone would fetch from elsewhere than the public registry. */
export function foreignPackages(lockfile: Lockfile): string[] {
  return Object.entries(lockfile.packages)
    .filter(([, { link }]) => link !== true)
    .filter(([, { resolved }]) => resolved !== undefined && !resolved.startsWith("https://registry.npmjs.org/"))
    .map(([name, { resolved }]) => `${name} comes from ${resolved}`);
}

const traces: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w./$}-])\/(work|root|Users|home\/[\w-]+)\/[\w.-]+/, "a path of one machine"],
  [/(?<![\w/])\.\.\/shared\/(data|design|hooks|toolchain|tools)\b/, "a path outside the project"],
  [/\/\/[\w.-]*(mirror|artifactory|nexus|verdaccio|devpi|goproxy)[\w-]*\.[\w.-]+/i, "a mirror's address"],
  [/(index-url|registry)\s*[=:]\s*["']?https?:\/\/(?!registry\.npmjs\.org|pypi\.org)/i, "another registry"],
];

/** Where the project tells of the machine that it was written on. */
export function machineTraces(files: readonly Source[]): string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split("\n")
      .flatMap((line, index) =>
        traces
          .filter(([pattern]) => pattern.test(line))
          .map(([pattern, what]) => `${path}:${index + 1} has ${what}: ${pattern.exec(line)?.[0] ?? ""}`),
      ),
  );
}
