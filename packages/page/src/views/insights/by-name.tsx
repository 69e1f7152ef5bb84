import type { PanelView } from "@spotkeeper/controller";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { panelQuery, type Query } from "../../api/queries.ts";
import { Bars } from "../../charts/bars.tsx";
import { OUTCOME_WORDS } from "../../ui/state.ts";
import { Failed, Loading } from "../../ui/notice.tsx";

interface ByNameProps {
  readonly panel: PanelView["panel"];
  readonly query: Query;
  readonly picked: string | undefined;
  readonly onPick: (name: string) => void;
}

const plain = (name: string): string => name;
const outcome = (name: string): string => OUTCOME_WORDS[name as keyof typeof OUTCOME_WORDS] ?? name;
const wordsFor = (panel: PanelView["panel"]): ((name: string) => string) => (panel === "outcomes" ? outcome : plain);

export function ByName({ panel, query, picked, onPick }: ByNameProps): ReactElement {
  const { data, error } = useQuery(panelQuery(panel, query));
  if (data === undefined) return error === null ? <Loading what="counts" /> : <Failed error={error} />;
  return <Bars items={data.marks} rest={data.rest} picked={picked} onPick={onPick} words={wordsFor(panel)} />;
}
