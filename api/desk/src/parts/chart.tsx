// Readings over time, with the limit and the moment of the alert drawn.

import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Readings } from "../service/wire";
import { formatFigure } from "../format";
import { isDark } from "../theme";
import { language, words } from "../words";

const HEIGHT = 230;
const FONT = '15px "Noto Sans CJK SC", "WenQuanYi Micro Hei", "Microsoft YaHei", system-ui, sans-serif';

interface ChartProperties {
  readings: Readings;
  name?: string;
  limit?: number | null;
  raisedAt?: string;
}

export function Chart({ readings, name, limit = null, raisedAt }: ChartProperties) {
  const frame = useRef<HTMLDivElement>(null);
  const label = `${name ? `${name} · ` : ""}${words.value.quantities[readings.quantity] ?? readings.quantity} (${readings.unit})`;
  const dark = isDark.value;
  const tongue = language.value;
  useEffect(() => {
    const element = frame.current;
    if (!element || !readings.points.length) return undefined;
    const columns = makeColumns(readings);
    const options = makeOptions(element, label, limit, raisedAt);
    options.series = options.series.slice(0, columns.length);
    const plot = new uPlot(options, columns, element);
    const fit = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    fit.observe(element);
    return () => {
      fit.disconnect();
      plot.destroy();
    };
  }, [readings, limit, raisedAt, dark, tongue]);
  return (
    <figure class="chart">
      <figcaption>
        {label}
        {limit !== null && <span class="limit-key">{`${words.value.limit} ${formatFigure(limit, 3)}`}</span>}
      </figcaption>
      <div ref={frame} role="img" aria-label={describe(label, readings, limit)} />
    </figure>
  );
}

function describe(label: string, readings: Readings, limit: number | null): string {
  const last = readings.points.at(-1);
  if (!last) return `${label}: ${words.value.noReadings}`;
  const greatest = Math.max(...readings.points.map((point) => point.maximum));
  const said = [`${words.value.peak} ${formatFigure(greatest, 3)}`, formatFigure(last.value, 3)];
  if (limit !== null) said.push(`${words.value.limit} ${formatFigure(limit, 3)}`);
  return `${label}: ${said.join(", ")}`;
}

function makeColumns(readings: Readings): uPlot.AlignedData {
  const { points, bucket_seconds } = readings;
  const times = points.map((point) => Date.parse(point.at) / 1000);
  const columns: uPlot.AlignedData = [times, points.map((point) => point.value)];
  if (bucket_seconds === null) return columns;
  return [...columns, points.map((point) => point.minimum), points.map((point) => point.maximum)] as unknown as uPlot.AlignedData;
}

function makeOptions(element: HTMLElement, label: string, limit: number | null, raisedAt: string | undefined): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const [line, grid, ink, red] = [colour("--blue"), colour("--line"), colour("--quiet"), colour("--red")];
  const axis: uPlot.Axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid }, font: FONT };
  return {
    width: Math.max(200, element.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false },
    scales: { y: { range: (_, least, most) => widen(least, most, limit) } },
    axes: [{ ...axis, space: 78, values: (_, splits) => splits.map(writeTime) }, { ...axis, size: 64 }],
    series: [
      {},
      { label, stroke: line, width: 2.5 },
      { stroke: line, width: 1, dash: [3, 3] },
      { stroke: line, width: 1, dash: [3, 3] },
    ],
    hooks: { draw: [(plot) => drawMarks(plot, limit, raisedAt, red, ink)] },
  };
}

function writeTime(seconds: number): string {
  return new Date(seconds * 1000).toTimeString().slice(0, 8);
}

function widen(least: number, most: number, limit: number | null): [number, number] {
  const low = Math.min(least, limit ?? least);
  const high = Math.max(most, limit ?? most);
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return [low - room, high + room];
}

function drawMarks(plot: uPlot, limit: number | null, raisedAt: string | undefined, red: string, ink: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.lineWidth = 3 * devicePixelRatio;
  if (limit !== null) {
    const y = plot.valToPos(limit, "y", true);
    stroke(ctx, red, [10, 6], bbox.left, y, bbox.left + bbox.width, y);
  }
  if (raisedAt) {
    const x = plot.valToPos(Date.parse(raisedAt) / 1000, "x", true);
    if (x >= bbox.left && x <= bbox.left + bbox.width) stroke(ctx, ink, [3, 5], x, bbox.top, x, bbox.top + bbox.height);
  }
  ctx.restore();
}

function stroke(ctx: CanvasRenderingContext2D, colour: string, dash: number[], x0: number, y0: number, x1: number, y1: number): void {
  ctx.strokeStyle = colour;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}
