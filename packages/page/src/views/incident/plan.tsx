import type { IncidentDetailView, StepView } from "@spotkeeper/controller";
import type { ReactElement } from "react";
import css from "./plan.module.css";

const STATES: { readonly [S in StepView["state"]]: string } = {
  waiting: "waits for its turn",
  intended: "under way",
  done: "done",
  skipped: "left out",
  abandoned: "given up",
};

/** The steps of the plan in the order in which they began, each with what came of it. */
export function Plan({ incident }: { readonly incident: Pick<IncidentDetailView, "steps" | "rule"> }): ReactElement {
  const began = ({ startedAt }: StepView): number => (startedAt === null ? Infinity : Date.parse(startedAt));
  const steps = incident.steps.toSorted((a, b) => began(a) - began(b));
  return (
    <section aria-labelledby="plan">
      <h2 id="plan">{incident.rule === null ? "Plan" : `Plan, by the rule ${incident.rule}`}</h2>
      <table className={css["plan"]}>
        <thead>
          <tr>
            <th scope="col">step</th>
            <th scope="col">result</th>
            <th scope="col">took</th>
            <th scope="col">attempts</th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <tr key={step.id} className={step.state === "abandoned" ? "doomed" : undefined}>
              <th scope="row">{step.owed ? `undo: ${step.words}` : step.words}</th>
              <td>
                {STATES[step.state]}
                {step.reason === null ? "" : `: ${step.reason}`}
              </td>
              <td className="number">{step.seconds === null ? "" : `${step.seconds.toFixed(1)} s`}</td>
              <td className="number">{step.attempts}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
