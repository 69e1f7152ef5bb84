import type { FleetView, NowView } from "@spotkeeper/controller";
import { Link } from "@tanstack/react-router";
import { memo, type ReactElement } from "react";
import { Nothing } from "../../ui/notice.tsx";
import { GLYPH, type State, stateOf, WORDS } from "../../ui/state.ts";
import css from "./fleet-map.module.css";

interface FleetMapProps {
  readonly fleet: FleetView;
  readonly incidents: NowView["incidents"];
  readonly now: number;
}

interface Threat {
  readonly id: string;
  readonly state: State;
}

/** The fleet by group and zone; an instance is a small square, and one with an open incident has its glyph. */
export function FleetMap({ fleet, incidents, now }: FleetMapProps): ReactElement {
  const threats = new Map<string, Threat>();
  for (const one of incidents) threats.set(one.subject.id, { id: one.id, state: stateOf(one, now) });
  const zones = [...new Set(fleet.groups.flatMap((group) => group.zones.map(({ zone }) => zone)))].toSorted();
  if (fleet.groups.length === 0)
    return (
      <Nothing title="No Auto Scaling group is known yet.">
        The worker reads the fleet step by step after its start.
      </Nothing>
    );
  return (
    <div className={css["scroll"]} tabIndex={0} role="region" aria-label="Fleet by group and zone">
      <table className={css["map"]}>
        <thead>
          <tr>
            <th scope="col">
              <span className="unseen">Group</span>
            </th>
            {zones.map((zone) => (
              <th key={zone} scope="col">
                {zone}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {fleet.groups.map((group) => (
            <tr key={`${group.account}/${group.region}/${group.name}`}>
              <th scope="row">{group.name}</th>
              {zones.map((zone) => {
                const here = group.zones.find((one) => one.zone === zone)?.instances ?? [];
                const hit = here.flatMap((id) => (threats.has(id) ? [`${id} ${threats.get(id)?.state ?? ""}`] : []));
                return (
                  <td key={zone}>
                    <Cell instances={here.join(" ")} hit={hit.join(",")} threats={threats} />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  /** Ids with blanks between: equal text means equal content, so that an unchanged cell is not drawn again. */
  readonly instances: string;
  readonly hit: string;
  readonly threats: ReadonlyMap<string, Threat>;
}

const Cell = memo(
  function Cell({ instances, threats }: CellProps): ReactElement {
    const ids = instances === "" ? [] : instances.split(" ");
    const calm = ids.filter((id) => !threats.has(id));
    return (
      <span className={css["cell"]}>
        {ids.flatMap((id) => {
          const threat = threats.get(id);
          if (threat === undefined) return [];
          const words = `${id}: ${WORDS[threat.state]}`;
          return [
            <Link
              key={id}
              to="/incidents/$id"
              params={{ id: threat.id }}
              className={`${css["square"]} ${css["hit"]} ${threat.state}`}
              title={words}
              aria-label={words}
            >
              {GLYPH[threat.state]}
            </Link>,
          ];
        })}
        {calm.map((id) => (
          <span key={id} className={css["square"]} title={id} />
        ))}
        <span className="unseen">{calm.length} without an incident</span>
      </span>
    );
  },
  (a, b) => a.instances === b.instances && a.hit === b.hit,
);
