import { stringsOf } from "../support/syntax.ts";
import type { Source } from "../support/tree.ts";

/** What Prometheus adds to the name of a histogram (https://prometheus.io/docs/concepts/metric_types/#histogram). */
const derived = /_(bucket|sum|count)$/;

/** Where the metrics that the pages name and those that the code makes differ. */
export function metricDifferences(sources: readonly Source[], pages: readonly Source[]): string[] {
  const made = new Set(
    sources
      .flatMap(stringsOf)
      .map(({ what }) => what)
      .filter((what) => /^spotkeeper_[a-z0-9_]+$/.test(what)),
  );
  const told = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\bspotkeeper_[a-z0-9_]*[a-z0-9]\b/g)].map(([name]) => ({ path, name })),
  );
  const known = (name: string): boolean => made.has(name) || made.has(name.replace(derived, ""));
  return [
    ...told
      .filter(({ name }) => !known(name))
      .map(({ path, name }) => `${path} names ${name}, which the code does not make`),
    ...[...made]
      .filter((name) => !told.some((one) => one.name === name))
      .map((name) => `${name} is made by the code, and no page names it`),
  ];
}
