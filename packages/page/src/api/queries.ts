import { keepPreviousData, type UseQueryOptions } from "@tanstack/react-query";
import type {
  DurationsView,
  FleetView,
  IncidentDetailView,
  IncidentView,
  NowView,
  PanelView,
} from "@spotkeeper/controller";
import { ask } from "./ask.ts";
import { observeServerTime } from "../time/server-clock.ts";

/** Fetched again also without an event: countdowns need the worker's time. */
const OFTEN = 2_000;

export const nowQuery: UseQueryOptions<NowView> = {
  queryKey: ["now"],
  queryFn: async ({ signal }) => {
    const now = await ask<NowView>("/api/v1/now", signal);
    observeServerTime(Date.parse(now.now));
    return now;
  },
  refetchInterval: OFTEN,
};

export const fleetQuery: UseQueryOptions<FleetView> = {
  queryKey: ["fleet"],
  queryFn: ({ signal }) => ask<FleetView>("/api/v1/fleet", signal),
  refetchInterval: 10_000,
};

interface Page {
  readonly items: readonly IncidentView[];
  readonly next: string | null;
}

/** What ended last; changes of what is open refresh it, too. */
export const recentQuery: UseQueryOptions<Page> = {
  queryKey: ["now", "recent"],
  queryFn: ({ signal }) => ask<Page>("/api/v1/incidents?open=false&limit=8", signal),
};

export const incidentQuery = (id: string): UseQueryOptions<IncidentDetailView> => ({
  queryKey: ["incident", id],
  queryFn: ({ signal }) => ask<IncidentDetailView>(`/api/v1/incidents/${encodeURIComponent(id)}`, signal),
});

export type Query = Readonly<Record<string, string>>;

export const panelQuery = (name: PanelView["panel"], query: Query): UseQueryOptions<PanelView> => ({
  queryKey: ["panel", name, query],
  queryFn: ({ signal }) => ask<PanelView>(`/api/v1/panels/${name}?${new URLSearchParams(query).toString()}`, signal),
  placeholderData: keepPreviousData,
});

export const durationsQuery = (query: Query): UseQueryOptions<DurationsView> => ({
  queryKey: ["durations", query],
  queryFn: ({ signal }) => ask<DurationsView>(`/api/v1/durations?${new URLSearchParams(query).toString()}`, signal),
  placeholderData: keepPreviousData,
});

/** Returns a page of incidents, newest first; `cursor` is empty for the first. */
export function askIncidents(query: Query, cursor: string, signal: AbortSignal): Promise<Page> {
  const from = cursor === "" ? {} : { cursor };
  return ask<Page>(`/api/v1/incidents?${new URLSearchParams({ ...query, limit: "200", ...from }).toString()}`, signal);
}
