import type { Ms } from "../../clock.ts";
import { fits } from "../../model/matcher.ts";
import type { IncidentRow } from "./row.ts";

/** All given conditions must hold. Names may be patterns, as in routes and silences: `shop-*`, `!test-?`. */
export interface IncidentFilter {
  /** Opened at or after this time. */
  readonly from?: Ms;
  /** Opened before this time. */
  readonly to?: Ms;
  /** Of an instance, or the ARN of a Fargate task. */
  readonly instanceId?: string;
  readonly group?: string;
  readonly cluster?: string;
  readonly region?: string;
  readonly availabilityZone?: string;
  readonly instanceType?: string;
  readonly outcome?: string;
  readonly kind?: string;
  readonly open?: boolean;
}

type Test<F extends keyof IncidentFilter> = (row: IncidentRow, wanted: NonNullable<IncidentFilter[F]>) => boolean;

/** What each filter means. A new filter does not compile without its line. */
const TESTS: { readonly [F in keyof Required<IncidentFilter>]: Test<F> } = {
  from: ({ openedAt }, from) => openedAt >= from,
  to: ({ openedAt }, to) => openedAt < to,
  instanceId: ({ instanceId, taskArn }, id) => isNamed(instanceId ?? taskArn, id),
  group: ({ group }, wanted) => isNamed(group, wanted),
  cluster: ({ cluster }, wanted) => isNamed(cluster, wanted),
  region: ({ region }, wanted) => isNamed(region, wanted),
  availabilityZone: ({ availabilityZone }, wanted) => isNamed(availabilityZone, wanted),
  instanceType: ({ instanceType }, wanted) => isNamed(instanceType, wanted),
  outcome: ({ outcome }, wanted) => outcome === wanted,
  kind: ({ kinds }, wanted) => kinds.some((kind) => kind === wanted),
  open: ({ closedAt }, wanted) => (closedAt === null) === wanted,
};

const isNamed = (name: string | null, wanted: string): boolean => fits(wanted, name === null ? [] : [name]);

export function matches(row: IncidentRow, filter: IncidentFilter): boolean {
  const passes = <F extends keyof IncidentFilter>(name: F): boolean => {
    const wanted = filter[name];
    return wanted === undefined || TESTS[name](row, wanted);
  };
  return (Object.keys(TESTS) as (keyof IncidentFilter)[]).every(passes);
}
