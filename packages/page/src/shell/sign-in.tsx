import { useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { token } from "../api/ask.ts";
import css from "./sign-in.module.css";

/** Asks for the token of a reader. It is kept for this tab only. */
export function SignIn(): ReactElement {
  const queries = useQueryClient();
  const [value, setValue] = useState("");
  const wrong = token.get() !== "";
  return (
    <form
      className={css["form"]}
      onSubmit={(event) => {
        event.preventDefault();
        token.set(value.trim());
        void queries.resetQueries();
      }}
    >
      <h1>This worker wants a token</h1>
      <p className="soft">It is one of `show.auth.tokens` in the worker’s config. It is kept for this tab only.</p>
      <label htmlFor="token">Token</label>
      <input
        id="token"
        type="password"
        autoComplete="current-password"
        value={value}
        onChange={(event) => setValue(event.target.value)}
        aria-describedby={wrong ? "wrong" : undefined}
      />
      {wrong && (
        <p id="wrong" className="doomed">
          The worker does not know this token.
        </p>
      )}
      <button type="submit">Show the page</button>
    </form>
  );
}
