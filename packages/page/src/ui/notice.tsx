import type { ReactElement, ReactNode } from "react";
import css from "./notice.module.css";

interface NoticeProps {
  readonly title: string;
  readonly children?: ReactNode;
}

/** Says why there is nothing to see, in place of an empty chart. */
export const Nothing = ({ title, children }: NoticeProps): ReactElement => (
  <div className={css["notice"]}>
    <p>{title}</p>
    {children !== undefined && <p className="soft">{children}</p>}
  </div>
);

export const Loading = ({ what }: { readonly what: string }): ReactElement => (
  <p className={`${css["notice"]} soft`} role="status">
    Reading {what} …
  </p>
);

export const Failed = ({ error }: { readonly error: unknown }): ReactElement => (
  <div className={css["notice"]} role="alert">
    <p className="doomed">{error instanceof Error ? error.message : "Something went wrong."}</p>
    <p className="soft">It is tried again.</p>
  </div>
);
