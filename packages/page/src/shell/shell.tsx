import { useQuery } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { type ReactElement, useState } from "react";
import { ApiError } from "../api/ask.ts";
import { nowQuery } from "../api/queries.ts";
import { Palette } from "./palette.tsx";
import { SignIn } from "./sign-in.tsx";
import { useLive } from "./live.ts";
import { applyTheme, nextTheme, theme } from "./theme.ts";
import css from "./shell.module.css";

const CONNECTIONS = { connecting: "connecting", live: "live", lost: "disconnected: what you see may be old" } as const;

/** The frame of all views: where one can go, whether it is live, and the token where one is wanted. */
export function Shell(): ReactElement {
  const connection = useLive();
  const { error } = useQuery(nowQuery);
  const [colors, setColors] = useState(theme);
  const wantsToken = error instanceof ApiError && error.status === 401;
  const change = (): void => {
    const next = nextTheme(colors);
    applyTheme(next);
    setColors(next);
  };
  return (
    <>
      <a className={css["skip"]} href="#view">
        Skip to the content
      </a>
      <header className={css["head"]}>
        <Link to="/" className={css["name"]}>
          Spotkeeper
        </Link>
        <nav aria-label="Views" className={css["views"]}>
          <Link to="/" activeOptions={{ exact: true }} activeProps={{ className: css["active"] }}>
            Now
          </Link>
          <Link to="/insights" search={{}} activeProps={{ className: css["active"] }}>
            Insights
          </Link>
        </nav>
        <p className={css["state"]} role="status">
          <span className={connection === "live" ? "drained" : connection === "lost" ? "doomed" : "quiet"} aria-hidden>
            {connection === "live" ? "●" : "○"}
          </span>{" "}
          {CONNECTIONS[connection]}
        </p>
        <Palette />
        <button type="button" className={css["tool"]} onClick={change} aria-label={`Colours: ${colors}. Change`}>
          {colors === "auto" ? "auto" : colors === "light" ? "light" : "dark"}
        </button>
      </header>
      <main id="view" className={css["view"]} tabIndex={-1}>
        {wantsToken ? <SignIn /> : <Outlet />}
      </main>
    </>
  );
}
