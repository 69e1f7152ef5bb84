import type { TargetHealth } from "../../aws/calls/elb.ts";
import type { Ms } from "../../clock.ts";
import type { Inventory } from "../../inventory/inventory.ts";
import { deregisteredBy, goneEarly, isGone, takesConnections, type Waited, withEarly } from "../gone-early.ts";
import { HEALTH_POLL, healthOf } from "../health.ts";
import { placeOf } from "../step-input.ts";
import type { Context, Responder } from "../responder.ts";

/**
 * Waits until no deregistered target has connections left: it is then `unused`, or no longer listed.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay
 */
export const awaitTargets: Responder = {
  repeat: "safe",
  nature: "waits",
  phrase: "wait for connections to end",
  isShown: true,
  empties: "waits",
  undoneBy: null,
  byHand: false,
  withoutLedger: false,
  title: () => "wait for connections to end",
  async run(step, ctx) {
    const waited = deregisteredBy(ctx.doc, ctx.facts());
    const groups = [...new Set(waited.map((one) => one.targetGroupArn))];
    const healths = new Map(
      await Promise.all(
        groups.map(async (arn) => {
          const own = waited.filter((one) => one.targetGroupArn === arn);
          return [arn, await stillListed(arn, own, ctx)] as const;
        }),
      ),
    );
    const draining = waited.filter((one) => !isGone(one, healths.get(one.targetGroupArn) ?? []));
    // The time at which targets disappear shows who deregistered them; an undo needs this.
    const receipt = withEarly(step.receipt, goneEarly(waited, healths, ctx));
    if (draining.length === 0) return { is: "done", receipt };
    return {
      is: "wait",
      until: ctx.now + HEALTH_POLL,
      ...(receipt === null ? {} : { receipt }),
      reason: `${listed(draining, healths, waited.length)}${slow(draining, ctx)}`,
    };
  },
};

/** Describes the listed targets. A target that gets connections was registered again, or the list is briefly stale. */
function listed(left: readonly Waited[], healths: ReadonlyMap<string, readonly TargetHealth[]>, all: number): string {
  const again = left.filter((one) => takesConnections(one, healths.get(one.targetGroupArn) ?? [])).length;
  const more = again === 0 ? "" : `, ${again} ${again === 1 ? "is" : "are"} registered again`;
  return `${left.length - again} of ${all} targets still drain${more}`;
}

/**
 * Describes settings of target groups that make the wait longer than the available time: a long deregistration delay,
 * or a Gateway Load Balancer that keeps flows on their target. People may want to change them.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/edit-target-group-attributes.html
 */
function slow(draining: readonly Waited[], ctx: Context): string {
  const time = ctx.doc.kind === "incident" ? ctx.deadline - ctx.doc.body.openedAt : Infinity;
  const said = [...new Set(draining.map((one) => one.targetGroupArn))].flatMap((arn) => {
    const attributes = ctx.inventory.get("attributes", arn)?.value;
    if (attributes === undefined) return [];
    const name = arn.split("/").at(-2) ?? arn;
    if (attributes.gwlbFailover === "no_rebalance") return [`${name} keeps its flows on them (no_rebalance)`];
    const seconds = attributes.deregistrationDelay / 1_000;
    if (attributes.deregistrationDelay <= time) return [];
    return [
      `${name} has a deregistration delay of ${seconds} s${attributes.connectionTermination ? ", then cuts connections" : ""}`,
    ];
  });
  return said.length === 0 ? "" : `; ${said.slice(0, MOST_SAID).join("; ")}`;
}

const MOST_SAID = 2;

/** From this size of a list on, a few targets are read alone: the whole list has about 300 bytes per target. */
const LONG = 100;
/** Maximum number of targets in such a read: one call. */
const FEW = 20;

/** The last incident that read its own targets of a target group, and when. */
type Asked = Map<string, { readonly key: string; readonly at: Ms }>;
const asked = new WeakMap<Inventory, Asked>();

/**
 * Returns the health of the incident's own targets. If only this incident waits for a few targets of a long list, only
 * those are read; several incidents share one read of the whole list.
 */
async function stillListed(arn: string, own: readonly Waited[], ctx: Context): Promise<readonly TargetHealth[]> {
  const known = ctx.inventory.get("health", arn);
  const isFresh = known !== undefined && ctx.now - known.observedAt < HEALTH_POLL / 2;
  const named = own.flatMap(({ id, port }) => (port === null ? [] : { id, port }));
  const isCheaper = (known?.value.length ?? 0) >= LONG && own.length <= FEW && named.length === own.length;
  if (isFresh || !isCheaper || !isAlone(arn, ctx)) return healthOf(arn, ctx);
  return ctx.aws.elb.healthOf(placeOf(ctx.doc), arn, named, { purpose: "poll", deadline: ctx.deadline });
}

function isAlone(arn: string, { inventory, doc, now }: Context): boolean {
  const last: Asked = asked.get(inventory) ?? new Map();
  asked.set(inventory, last);
  const had = last.get(arn);
  last.set(arn, { key: doc.key, at: now });
  for (const [other, { at }] of last) if (now - at > FORGOTTEN) last.delete(other);
  return had === undefined || had.key === doc.key || now - had.at > 2 * HEALTH_POLL;
}
const FORGOTTEN = 60_000;
