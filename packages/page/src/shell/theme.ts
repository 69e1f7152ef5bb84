/** The reader's choice of colours; `auto` follows the system. */
export type Theme = "auto" | "light" | "dark";

const KEY = "spotkeeper-theme";
const ORDER: readonly Theme[] = ["auto", "light", "dark"];

export const theme = (): Theme => ORDER.find((one) => one === localStorage.getItem(KEY)) ?? "auto";

export function applyTheme(chosen: Theme = theme()): void {
  localStorage.setItem(KEY, chosen);
  if (chosen === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
}

export const nextTheme = (now: Theme): Theme => ORDER[(ORDER.indexOf(now) + 1) % ORDER.length] ?? "auto";
