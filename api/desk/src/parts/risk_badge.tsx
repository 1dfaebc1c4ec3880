// A risk by its colour and its score; the colour is said in words too.

import type { Colour } from "../service/wire";
import { formatFigure } from "../format";
import { words } from "../words";

export function RiskBadge({ colour, score }: { colour: Colour; score: number }) {
  return (
    <span class={`risk ${colour}`}>
      {words.value.colours[colour]} <b>{formatFigure(score, 0)}</b>
    </span>
  );
}
