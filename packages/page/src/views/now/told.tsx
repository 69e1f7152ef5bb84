import type { NowView } from "@spotkeeper/controller";
import type { ReactElement } from "react";
import { Nothing } from "../../ui/notice.tsx";
import css from "./told.module.css";

const STATES = {
  due: "is being told",
  intended: "is being told",
  sent: "was told",
  "gave-up": "could not be told",
} as const;

/** Who was told what, and what was withheld, with the reason. */
export function Told({ alerts }: { readonly alerts: NowView["alerts"] }): ReactElement {
  const some = alerts.filter(({ sends, withheld }) => sends.length > 0 || withheld.length > 0);
  if (some.length === 0) return <Nothing title="Nobody was told anything about what is open." />;
  return (
    <ul className={css["told"]}>
      {some.slice(0, 20).map((alert) => (
        <li key={alert.key}>
          <p>{alert.headline}</p>
          <ul>
            {alert.sends.map(({ channel, state, reason }) => (
              <li key={channel} className="soft small">
                <span
                  className={state === "gave-up" ? "doomed" : state === "sent" ? "drained" : "draining"}
                  aria-hidden
                >
                  {state === "gave-up" ? "!" : "›"}
                </span>{" "}
                {channel} {STATES[state]}
                {reason === null ? "" : `: ${reason}`}
              </li>
            ))}
            {alert.withheld.map(({ channel, text, reason }) => (
              <li key={`${channel ?? ""}${reason}`} className="soft small">
                <span aria-hidden>∅</span> {channel ?? "nobody"} was not told: {text}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
