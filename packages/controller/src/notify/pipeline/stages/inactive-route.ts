import { isWithin, nextBegin } from "../time-window.ts";
import { untilText } from "../until-text.ts";
import type { Stage } from "../stage.ts";
import { suppressEach } from "./suppress-members.ts";

/** Suppresses alerts of a route outside its active times. */
export const inactiveRoute: Stage = (passing, input) => {
  const { name, activeTimes } = input.route;
  if (activeTimes === null) return passing;
  return suppressEach(passing, input, "inactive-route", (_, at) => {
    if (activeTimes.some((window) => isWithin(window, at))) return null;
    return `route ${name ?? "default"} is not active${untilText(nextBegin(activeTimes, at))}`;
  });
};
