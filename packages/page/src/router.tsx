import { createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { Shell } from "./shell/shell.tsx";
import { Failed, Nothing } from "./ui/notice.tsx";
import { IncidentPage } from "./views/incident/incident.tsx";
import { filtersIn } from "./views/insights/filters.ts";
import { Insights } from "./views/insights/insights.tsx";
import { Now } from "./views/now/now.tsx";

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => <Nothing title="There is no such view.">Choose one above.</Nothing>,
  errorComponent: ({ error }) => <Failed error={error} />,
});
const now = createRoute({ getParentRoute: () => root, path: "/", component: Now });
const incident = createRoute({
  getParentRoute: () => root,
  path: "/incidents/$id",
  component: IncidentPage,
});
/** A link of an alert to a list of incidents, with the API's filters: the same list in Insights. */
const list = createRoute({
  getParentRoute: () => root,
  path: "/incidents",
  validateSearch: filtersIn,
  component: Insights,
});
const insights = createRoute({
  getParentRoute: () => root,
  path: "/insights",
  validateSearch: filtersIn,
  component: Insights,
});

const tree = root.addChildren([now, incident, list, insights]);

const make = () => createRouter({ routeTree: tree, defaultPreload: "intent", scrollRestoration: true });
export type PageRouter = ReturnType<typeof make>;

export const createPageRouter = (): PageRouter => make();

declare module "@tanstack/react-router" {
  interface Register {
    router: PageRouter;
  }
}
