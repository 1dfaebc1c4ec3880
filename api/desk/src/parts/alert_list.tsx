// The list of alerts as a window: only the rows in sight are drawn, however many there are.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Alert } from "../service/wire";
import { words } from "../words";
import { AlertRow } from "./alert_row";

// Of every row, in style/watch.css too.
const ROW_PIXELS = 124;
// Rows drawn above and below what is in sight, so that a turn of the wheel shows no gap.
const MARGIN = 4;

export interface Listed {
  alerts: readonly Alert[];
  chosen: number | null;
  onChoose: (id: number) => void;
}

export function AlertList({ alerts, chosen, onChoose }: Listed) {
  const frame = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 1000 });
  const look = (): void => {
    const element = frame.current;
    if (element) setView({ top: element.scrollTop, height: element.clientHeight });
  };
  useLayoutEffect(look, []);
  useEffect(() => {
    addEventListener("resize", look);
    return () => removeEventListener("resize", look);
  }, []);
  const at = alerts.findIndex((alert) => alert.id === chosen);
  useEffect(() => showChosen(frame.current, at, chosen), [chosen]);
  const first = Math.max(0, Math.floor(view.top / ROW_PIXELS) - MARGIN);
  const last = Math.ceil((view.top + view.height) / ROW_PIXELS) + MARGIN;
  return (
    <div class="alert-frame" ref={frame} onScroll={look}>
      <ol class="alerts" aria-label={words.value.list} style={{ height: `${alerts.length * ROW_PIXELS}px` }}>
        {alerts.slice(first, last).map((alert, i) => (
          <AlertRow
            key={alert.id}
            alert={alert}
            top={(first + i) * ROW_PIXELS}
            position={first + i + 1}
            count={alerts.length}
            isChosen={alert.id === chosen}
            onChoose={onChoose}
          />
        ))}
      </ol>
    </div>
  );
}

// Brings the chosen row into sight and gives it the keyboard once it is drawn, unless another is chosen by then.
function showChosen(frame: HTMLDivElement | null, at: number, chosen: number | null): (() => void) | undefined {
  if (!frame || at < 0) return undefined;
  const top = at * ROW_PIXELS;
  if (top < frame.scrollTop) frame.scrollTop = top;
  else if (top + ROW_PIXELS > frame.scrollTop + frame.clientHeight) frame.scrollTop = top + ROW_PIXELS - frame.clientHeight;
  let waiting = requestAnimationFrame(() => {
    waiting = requestAnimationFrame(() => document.getElementById(`alert-${chosen}`)?.focus({ preventScroll: true }));
  });
  return () => cancelAnimationFrame(waiting);
}
