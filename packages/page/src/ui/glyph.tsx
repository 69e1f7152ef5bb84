import type { ReactElement } from "react";
import { GLYPH, type State, WORDS } from "./state.ts";
import css from "./glyph.module.css";

/** The mark of a state: its colour and its glyph say the same. */
export const Glyph = ({ state }: { readonly state: State }): ReactElement => (
  <span className={`${css["glyph"]} ${state}`} role="img" aria-label={WORDS[state]}>
    {GLYPH[state]}
  </span>
);
