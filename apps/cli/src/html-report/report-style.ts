/** The page's only style. Colours reach 4.5 to 1 for text and 3 to 1 for lines, in both schemes. */
export const reportStyle = `
:root { color-scheme: light dark; --bg: #ffffff; --fg: #1b1f24; --muted: #57606a; --soft: #f3f5f7; --grid: #d5dbe1; --axis: #6e7781;
  --first: #0b5cad; --second: #a14300; --good: #1a6b34; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --bg: #0f1419; --fg: #e6edf3; --muted: #9aa7b4; --soft: #1a2129; --grid: #2d3640;
  --axis: #8b98a5; --first: #6cb6ff; --second: #f0a35e; --good: #6fd08c; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--fg); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
p { margin: .4rem 0; }
.muted { color: var(--muted); }
.verdict { margin: 1rem 0; padding: .8rem 1rem; background: var(--soft); border-left: .35rem solid var(--bad); font-size: 1.1rem; }
.verdict.agree { border-left-color: var(--good); }
.scroll { overflow-x: auto; }
.scroll:focus-visible, summary:focus-visible, a:focus-visible { outline: 3px solid var(--first); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
th { font-weight: 600; }
thead th { color: var(--muted); white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }
code { font: .875em/1.4 ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.hash code { word-break: break-all; }
figure { margin: .5rem 0 0; }
figcaption { color: var(--muted); margin-bottom: .3rem; }
svg { display: block; max-width: 100%; height: auto; }
.narrow { display: none; }
@media (max-width: 40rem) { .wide { display: none; } .narrow { display: block; } h1 { font-size: 1.35rem; } }
.grid { stroke: var(--grid); stroke-width: 1; }
.axis { stroke: var(--axis); stroke-width: 1; }
.tick { fill: var(--muted); font-size: 12px; }
.label { fill: var(--fg); font-size: 13px; }
.end { text-anchor: end; }
.middle { text-anchor: middle; }
.bar { fill: var(--first); }
.line { fill: none; stroke-width: 2; }
.line.first { stroke: var(--first); }
.line.second { stroke: var(--second); stroke-dasharray: 6 4; }
.name { font-size: 13px; font-weight: 700; }
.name.first { fill: var(--first); }
.name.second { fill: var(--second); }
details { margin: .5rem 0; }
summary { cursor: pointer; color: var(--muted); }
@media print { details { display: block; } }
`;
