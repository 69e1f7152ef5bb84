import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Connection, follow } from "../api/stream.ts";
import { later } from "../time/browser-clock.ts";

/** Changes that come closer together are fetched once. */
const GATHER = 400;

/** Follows the live stream and fetches again what changed. Returns the state of the connection. */
export function useLive(): Connection {
  const queries = useQueryClient();
  const [state, setState] = useState<Connection>("connecting");
  useEffect(() => {
    const stop = new AbortController();
    const stale = new Set<string>();
    let cancel: (() => void) | null = null;
    const refresh = (): void => {
      cancel = null;
      void queries.invalidateQueries({ queryKey: ["now"] });
      for (const id of stale) void queries.invalidateQueries({ queryKey: ["incident", id] });
      stale.clear();
    };
    void follow(
      ({ topic, incident }) => {
        if (incident !== null) stale.add(incident);
        if (topic === "reset") void queries.invalidateQueries();
        cancel ??= later(GATHER, refresh);
      },
      setState,
      stop.signal,
    );
    return () => {
      stop.abort();
      cancel?.();
    };
  }, [queries]);
  return state;
}
