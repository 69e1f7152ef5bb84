import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { type ReactElement, useEffect, useRef, useState } from "react";
import { nowQuery } from "../api/queries.ts";
import css from "./palette.module.css";

const RANGES = [
  ["the last 24 hours", "24h"],
  ["the last 7 days", "7d"],
  ["the last 30 days", "30d"],
  ["the last year", "1y"],
] as const;

/** Goes anywhere by a few letters: Ctrl-K or ⌘K. A native dialog, so that focus and Escape work as everywhere. */
export function Palette(): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  const { data } = useQuery(nowQuery);
  const navigate = useNavigate();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setOpen(true);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  useEffect(() => {
    if (!open) return dialog.current?.close();
    dialog.current?.showModal();
    // The dialog itself would give the focus to the list's frame.
    dialog.current?.querySelector("input")?.focus();
  }, [open]);
  const go = (act: () => unknown) => (): void => {
    setOpen(false);
    act();
  };
  return (
    <>
      <button type="button" className={css["opener"]} onClick={() => setOpen(true)} aria-haspopup="dialog">
        Go to… <kbd>Ctrl K</kbd>
      </button>
      <dialog ref={dialog} className={css["dialog"]} aria-label="Go to" onClose={() => setOpen(false)}>
        {open && (
          <Command label="Go to" loop>
            <Command.Input className={css["input"]} placeholder="A view, a range, an instance" />
            <Command.List className={css["list"]}>
              <Command.Empty>Nothing fits.</Command.Empty>
              <Command.Item onSelect={go(() => navigate({ to: "/" }))}>Now</Command.Item>
              {RANGES.map(([words, range]) => (
                <Command.Item key={range} onSelect={go(() => navigate({ to: "/insights", search: { range } }))}>
                  Insights: {words}
                </Command.Item>
              ))}
              {data?.incidents.slice(0, 100).map(({ id, name, group }) => (
                <Command.Item key={id} onSelect={go(() => navigate({ to: "/incidents/$id", params: { id } }))}>
                  {id} {name} {group === name ? "" : group}
                </Command.Item>
              ))}
            </Command.List>
          </Command>
        )}
      </dialog>
    </>
  );
}
