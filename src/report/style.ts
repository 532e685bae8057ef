import { HEAT_DARK, HEAT_LIGHT } from './palette.ts';
import type { Shade } from './palette.ts';

function heatColours(ramp: readonly Shade[]): string {
  return ramp
    .map(({ ground, ink }, level) => `--heat-${level}:${ground};--heat-ink-${level}:${ink};`)
    .join('');
}

const HEAT_RULES = HEAT_LIGHT.map(
  (_, level) =>
    `.heat-${level}{fill:var(--heat-${level})}.heat-ink-${level}{fill:var(--heat-ink-${level})}`,
).join('');

/** Colours are those of the console; blue and vermilion are told apart without colour vision. Source: Okabe and Ito, 2008. */
export const STYLE: string = `
:root {
  color-scheme: light dark;
  --ground: #f4f6f8; --surface: #ffffff; --sunken: #eef1f5; --ink: #17212c; --muted: #51606f; --line: #d4dbe3;
  --right: #0072b2; --wrong: #d55e00;
  ${heatColours(HEAT_LIGHT)}
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #0e141a; --surface: #161f28; --sunken: #1d2833; --ink: #e4ebf2; --muted: #a2b1c0; --line: #2d3a47;
    --right: #56b4e9; --wrong: #e69f00;
    ${heatColours(HEAT_DARK)}
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif;
}
header, main { max-width: 70rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2rem; padding-bottom: 1.25rem; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0 0 0.35rem; font-size: 1.25rem; }
h3 { margin: 0 0 0.35rem; font-size: 1rem; }
.facts { display: flex; flex-wrap: wrap; gap: 0.1rem 1.25rem; margin: 0.5rem 0 0; padding: 0; list-style: none; color: var(--muted); }
main { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1.25rem; padding-bottom: 3rem; }
.card { padding: 1.25rem 1.5rem; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; }
.wide { grid-column: 1 / -1; }
.lead { max-width: 46rem; margin: 0 0 1rem; color: var(--muted); }
.columns { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1.5rem 2.5rem; }
.plot { display: block; max-width: 100%; height: auto; margin: 0 auto; }
.card > .plot, .columns .plot, .beside > .plot { width: 100%; max-width: 30rem; }
.beside > .plot { flex: 1 1 25rem; margin: 0; }
.beside { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 1rem 2.5rem; }
.beside > * { flex: 0 1 auto; min-width: 0; max-width: 100%; }
.beside > table { flex: 1 1 18rem; max-width: 40rem; width: auto; margin-top: 0; }
.small-plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 1rem 0.5rem; }
.small-plots .plot { width: 100%; max-width: 14rem; margin: 0; }
.scrolling { overflow-x: auto; }
.scrolling .plot { max-width: none; margin: 0; }
text { font-size: 13px; fill: var(--ink); }
.tick, .axis-name { fill: var(--muted); }
.tick { font-variant-numeric: tabular-nums; }
.count { font-size: 11px; }
[class*='heat-ink'] { font-variant-numeric: tabular-nums; pointer-events: none; }
.over { paint-order: stroke; stroke: var(--surface); stroke-width: 4px; stroke-linejoin: round; }
.grid { stroke: var(--line); stroke-width: 1; }
.axis { stroke: var(--muted); stroke-width: 1; }
.ideal { stroke: var(--muted); stroke-width: 1.5; stroke-dasharray: 5 5; }
.gap { stroke: var(--muted); stroke-width: 2.5; stroke-opacity: 0.7; }
.whisker { stroke: var(--right); stroke-width: 2.5; }
.curve { fill: none; stroke: var(--right); stroke-width: 2.5; stroke-linejoin: round; }
.faint { stroke-width: 1.5; stroke-opacity: 0.6; }
.edge { stroke: var(--surface); stroke-width: 1; }
.other { fill: none; stroke: var(--muted); stroke-width: 1; stroke-opacity: 0.6; stroke-linejoin: round; }
.point { fill: var(--right); stroke: var(--surface); stroke-width: 1.5; }
.bar { fill: var(--right); }
.bar.wrong { fill: var(--wrong); }
.track { fill: var(--sunken); }
${HEAT_RULES}
.share-bar { display: block; width: 100%; height: 0.5rem; margin-top: 0.15rem; }
.legend { display: flex; gap: 1.25rem; justify-content: center; margin: 0.25rem 0 0; padding: 0; list-style: none; font-size: 0.9rem; color: var(--muted); }
.legend li::before { content: ''; display: inline-block; width: 0.8rem; height: 0.8rem; margin-right: 0.4rem; background: var(--right); }
.legend .wrong::before { background: var(--wrong); }
table { width: 100%; margin-top: 1rem; border-collapse: collapse; font-size: 0.9rem; }
caption { padding-bottom: 0.35rem; color: var(--muted); text-align: left; }
th, td { padding: 0.3rem 0.75rem 0.3rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; }
thead th { border-top: 0; color: var(--muted); font-size: 0.85rem; }
.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.name { max-width: 14rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.total > * { border-top: 2px solid var(--muted); font-weight: 600; }
pre { margin: 0.5rem 0; padding: 0.75rem 1rem; background: var(--sunken); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
code, .hash { font-family: ui-monospace, 'Cascadia Mono', Menlo, 'Liberation Mono', monospace; font-size: 0.85rem; }
.hash { overflow-wrap: anywhere; }
@media (max-width: 50rem) {
  header, main { padding-left: 0.75rem; padding-right: 0.75rem; }
  main, .columns { grid-template-columns: minmax(0, 1fr); }
  .card { padding: 1rem 0.75rem; }
  .name { max-width: 8rem; }
  th, td { padding-right: 0.5rem; }
}
@media (max-width: 30rem) {
  .name { max-width: 5.25rem; }
  th, td { padding-right: 0.35rem; }
}
@media print {
  body { background: none; font-size: 10pt; }
  header, main { max-width: none; padding-left: 0; padding-right: 0; }
  main { display: block; }
  .card { margin-bottom: 1rem; padding: 0.75rem 0; border: 0; border-top: 1px solid var(--line); border-radius: 0; }
  .scrolling { overflow: visible; }
  .plot { margin-left: 0; }
  .plot, .scrolling .plot { max-width: 100%; }
  .plot, tr, pre { break-inside: avoid; }
  h2, h3, .lead { break-after: avoid; }
  * { print-color-adjust: exact; }
}
`;
