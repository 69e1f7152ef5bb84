import { Link } from "@tanstack/react-router";
import { type ReactElement, useState } from "react";
import type { Search } from "./filters.ts";
import { removeView, savedViews, saveView } from "./saved.ts";
import css from "./saved-views.module.css";

/** Ranges and filters that the reader looks at again and again, by name. */
export function SavedViews({ search }: { readonly search: Search }): ReactElement {
  const [views, setViews] = useState(() => savedViews(localStorage));
  const [name, setName] = useState("");
  return (
    <details className={css["saved"]}>
      <summary>saved views{views.length === 0 ? "" : ` (${views.length})`}</summary>
      <ul>
        {views.map((view) => (
          <li key={view.name}>
            <Link to="/insights" search={view.search}>
              {view.name}
            </Link>
            <button
              type="button"
              aria-label={`Remove the view ${view.name}`}
              onClick={() => setViews(removeView(localStorage, view.name))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() === "") return;
          setViews(saveView(localStorage, { name: name.trim(), search }));
          setName("");
        }}
      >
        <label htmlFor="view-name">Save this one as</label>
        <input id="view-name" value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
        <button type="submit">Save</button>
      </form>
    </details>
  );
}
