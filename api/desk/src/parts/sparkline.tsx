// Alerts of each of the last 24 hours as small bars.

import { words } from "../words";

const WIDTH = 150;
const HEIGHT = 30;

export function Sparkline({ hours }: { hours: readonly number[] }) {
  const most = Math.max(1, ...hours);
  const step = WIDTH / hours.length;
  const total = hours.reduce((sum, count) => sum + count, 0);
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${words.value.lastDay}: ${words.value.counts.alarms(total)}`}>
      <line x1="0" y1={HEIGHT - 0.5} x2={WIDTH} y2={HEIGHT - 0.5} />
      {hours.map((count, i) =>
        count > 0 ? (
          <rect key={i} x={i * step} width={step - 1} y={HEIGHT - Math.max(3, (count / most) * HEIGHT)} height={Math.max(3, (count / most) * HEIGHT)} />
        ) : null,
      )}
    </svg>
  );
}
