/** The look of the page. */
export const style = `
:root {
  color-scheme: light dark;
  --back: #fff;
  --side: #f7f7f5;
  --line: #e2e1dc;
  --edge: #8b8b84;
  --text: #1d1d1b;
  --dim: #63635e;
  --accent: #2f5bd0;
  --tint: #edf1fc;
  --bad: #b3261e;
  --wait: #855000;
  --good: #1f6d3a;
  font: 14px/20px system-ui, sans-serif;
  --mono: 12.5px/18px ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #161716;
    --side: #1c1d1c;
    --line: #333432;
    --edge: #72726c;
    --text: #e7e6e1;
    --dim: #a0a09a;
    --accent: #8fb0ff;
    --tint: #212941;
    --bad: #ff9a90;
    --wait: #e5b567;
    --good: #83cf9b;
  }
}
* { box-sizing: border-box; margin: 0; }
[hidden], p:empty, #request:empty { display: none !important; }
html, body { height: 100%; }
body {
  display: grid;
  grid-template-columns: 340px minmax(0, 1fr);
  overflow: hidden;
  overflow-wrap: anywhere;
  background: var(--back);
  color: var(--text);
}
body.open #none, body:not(.open) main { display: none; }
h1, h2, h3 { font-size: 14px; line-height: 20px; }
a, .plain { color: var(--accent); }
pre, code, .mono, #title { font: var(--mono); }
pre { white-space: pre-wrap; unicode-bidi: isolate; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
#title:focus { outline: 0; }
button, input, select, textarea {
  font: inherit;
  color: inherit;
  background: var(--back);
  padding: 4px 10px;
  min-width: 0;
  border: 1px solid var(--edge);
  border-radius: 5px;
}
textarea { width: 100%; resize: vertical; }
button { cursor: pointer; }
button:hover { border-color: var(--text); }
button.main {
  background: var(--accent);
  border-color: var(--accent);
  color: var(--back);
}
button.plain {
  border: 0;
  background: none;
  padding: 0;
  color: var(--accent);
}
button.plain:hover { text-decoration: underline; }
summary { cursor: pointer; }
kbd {
  font: var(--mono);
  border: 1px solid var(--line);
  border-radius: 4px;
  padding: 1px 5px;
}
.dim, .figure, .head, .time, #read, #count, #facts, #list .mono {
  color: var(--dim);
  font-size: 12px;
  font-variant-numeric: tabular-nums;
}
.waiting { color: var(--wait); }
.bad, [role='alert'] { color: var(--bad); }
.good { color: var(--good); }
.row {
  display: flex;
  flex-wrap: wrap;
  gap: 8px;
  align-items: center;
}
.row:empty { display: none; }
.row input { flex: 1 1 110px; }
nav {
  display: flex;
  flex-direction: column;
  min-height: 0;
  min-width: 0;
  background: var(--side);
  border-right: 1px solid var(--line);
}
nav header {
  display: grid;
  grid-template-columns: minmax(0, 1fr) 136px;
  gap: 8px;
  padding: 12px 16px;
  border-bottom: 1px solid var(--line);
  align-items: baseline;
}
#read { text-align: right; }
#count, #list-problem { grid-column: 1 / -1; }
#list {
  list-style: none;
  padding: 0;
  overflow-y: auto;
  flex: 1;
}
#list li {
  content-visibility: auto;
  contain-intrinsic-size: auto 57px;
  border-bottom: 1px solid var(--line);
}
#list a {
  display: grid;
  grid-template-columns: minmax(0, 1fr) auto;
  gap: 0 12px;
  padding: 8px 16px;
  color: inherit;
  text-decoration: none;
}
#list a:hover { background: var(--line); }
#list a[aria-current='true'] {
  background: var(--tint);
  box-shadow: inset 3px 0 var(--accent);
}
#list span, .who {
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
  unicode-bidi: isolate;
}
#list span:nth-child(even) { text-align: right; max-width: 150px; }
main {
  display: flex;
  flex-direction: column;
  min-width: 0;
  min-height: 0;
}
#none {
  margin: auto;
  color: var(--dim);
  text-align: center;
  line-height: 32px;
}
main header {
  display: flex;
  flex: none;
  flex-wrap: wrap;
  gap: 2px 16px;
  max-height: 25%;
  overflow: auto;
  align-items: baseline;
  padding: 12px 20px;
  border-bottom: 1px solid var(--line);
}
#back { display: none; }
#facts > * + *::before { content: '\\00b7'; margin: 0 8px; }
#scroll {
  flex: 1;
  overflow-y: auto;
  min-height: 80px;
  position: relative;
}
#events { list-style: none; padding: 0 0 8px; }
.event {
  content-visibility: auto;
  contain-intrinsic-size: auto 30px;
  display: grid;
  gap: 0 10px;
  align-items: baseline;
  padding: 5px 20px;
  grid-template-columns: 62px 28px 80px minmax(0, 1fr) 52px 132px 56px;
}
.head {
  position: sticky;
  top: 0;
  z-index: 1;
  background: var(--back);
  border-bottom: 1px solid var(--line);
}
.event > *, main header * { min-width: 0; }
.figure { text-align: right; }
time.figure { text-align: left; }
.who { color: var(--dim); }
.answer { border-top: 1px solid var(--line); }
.answer:first-child { border: 0; }
.step { font-weight: 600; }
.what { max-width: 92ch; }
.what p, #draft p { white-space: pre-wrap; unicode-bidi: plaintext; }
.what .row { gap: 14px; }
#newest {
  display: block;
  position: sticky;
  bottom: 8px;
  margin: 0 auto 8px;
  box-shadow: 0 1px 4px #0004;
}
#draft, .new { border-left: 3px solid var(--accent); }
#draft { margin: 0 20px 12px; padding: 4px 12px; }
.seen {
  grid-column: 1 / -1;
  margin: 8px 0;
  border: 1px solid var(--line);
  border-radius: 6px;
  background: var(--side);
  overflow: hidden;
}
.seen > p, .seen summary, .seen pre { padding: 6px 12px; }
.seen > * + *, .seen pre { border-top: 1px solid var(--line); }
.seen pre { max-height: 60vh; overflow: auto; }
.seen pre.new { background: var(--tint); padding-left: 9px; }
.seen pre.new::before {
  content: 'new';
  float: right;
  color: var(--accent);
}
#acts {
  border-top: 1px solid var(--line);
  padding: 12px 20px;
  max-height: 60%;
  overflow-y: auto;
  background: var(--side);
  display: grid;
  gap: 10px;
}
#request {
  display: grid;
  gap: 8px;
  padding-bottom: 10px;
  border-bottom: 1px solid var(--line);
}
#request pre {
  background: var(--back);
  border: 1px solid var(--line);
  border-radius: 5px;
  padding: 8px 10px;
}
#request textarea { margin: 8px 0; display: block; }
dialog {
  margin: auto;
  width: min(440px, 90vw);
  padding: 20px;
  color: inherit;
  background: var(--back);
  border: 1px solid var(--line);
  border-radius: 8px;
}
dialog::backdrop { background: #0008; }
dialog form { display: grid; gap: 12px; }
@media (max-width: 860px) {
  body { grid-template-columns: minmax(0, 1fr); }
  body.open nav, #none, .event.head { display: none; }
  #back { display: inline; width: 100%; }
  main header, #acts { padding: 10px 14px; }
  .event {
    grid-template-columns: auto auto minmax(0, 1fr) auto auto auto;
    padding: 7px 14px;
  }
  .event .what, .seen { grid-column: 1 / -1; order: 1; }
}
`;
