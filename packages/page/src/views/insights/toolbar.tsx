import { type ReactElement, useState } from "react";
import { dateTime, zoneName } from "../../time/format.ts";
import { FILTER_WORDS, FILTERS, RANGE_NAMES, RANGE_WORDS, rangeOf, type Search, type Span } from "./filters.ts";
import { SavedViews } from "./saved-views.tsx";
import css from "./toolbar.module.css";

interface ToolbarProps {
  readonly search: Search;
  readonly span: Span;
  readonly onChange: (search: Search) => void;
}

/** The range, what it is filtered by, and a link that shows others the same. */
export function Toolbar({ search, span, onChange }: ToolbarProps): ReactElement {
  const [copied, setCopied] = useState(false);
  const range = rangeOf(search);
  const filters = FILTERS.filter((name) => search[name] !== undefined);
  const { from: _from, to: _to, range: _range, ...rest } = search;
  const copy = (): void => {
    const url = new URL(location.href);
    // Absolute times, so that whoever follows the link sees the same.
    url.search = new URLSearchParams({
      ...(rest as Record<string, string>),
      from: new Date(span.from).toISOString(),
      to: new Date(span.to).toISOString(),
    }).toString();
    void navigator.clipboard.writeText(url.href).then(() => setCopied(true));
  };
  return (
    <div className={css["bar"]}>
      <h1 className={css["title"]}>
        {dateTime(span.from)} – {dateTime(span.to)}
        <span className="soft small"> {zoneName}</span>
      </h1>
      <div className={css["ranges"]} role="group" aria-label="Range">
        {RANGE_NAMES.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={range === name}
            onClick={() => onChange({ ...rest, range: name })}
          >
            {RANGE_WORDS[name]}
          </button>
        ))}
      </div>
      <button type="button" className={css["copy"]} onClick={copy}>
        {copied ? "copied" : "copy link"}
      </button>
      <SavedViews search={search} />
      {filters.length > 0 && (
        <ul className={css["chips"]} aria-label="Filters">
          {filters.map((name) => {
            const { [name]: value, ...others } = search;
            return (
              <li key={name}>
                <button
                  type="button"
                  onClick={() => onChange(others)}
                  aria-label={`Take away: ${FILTER_WORDS[name]} ${value ?? ""}`}
                >
                  {FILTER_WORDS[name]} <strong>{value}</strong> <span aria-hidden>×</span>
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
