/** The style of the chat page: light or dark, as the device is. Edit it. */
export const style = `
:root {
  color-scheme: light dark;
  --page: light-dark(#fff, #131418);
  --soft: light-dark(#f3f4f7, #1d1f25);
  --line: light-dark(#dddfe6, #33363f);
  --text: light-dark(#1c1d21, #ededf0);
  --edge: light-dark(#83868f, #7d818d);
  --quiet: light-dark(#5d606a, #a5a8b3);
  --accent: light-dark(#3451d1, #9db0ff);
  --on-accent: light-dark(#fff, #131418);
  --mine: light-dark(#e9edfd, #272e4d);
  --bad: light-dark(#b3261e, #ff9d94);
}
::placeholder { color: var(--quiet); opacity: 1; }
* { box-sizing: border-box; margin: 0; font: inherit; color: inherit; }
[hidden] { display: none !important; }
body {
  display: grid; grid: auto minmax(0, 1fr) auto / minmax(0, 1fr); height: 100dvh;
  background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
header, main, footer { padding: .75rem max(1rem, 50% - 22rem); }
header, footer, #composer {
  display: flex; flex-wrap: wrap; gap: .25rem .5rem; align-items: center;
}
header { min-height: 3.75rem; border-bottom: 1px solid var(--line); }
footer { border-top: 1px solid var(--line); }
h1, h2 { margin-right: auto; font-weight: 650; }
button, summary { cursor: pointer; }
button, .deny summary {
  min-height: 2.75rem; padding: .5rem 1rem; border: 1px solid var(--line); border-radius: .75rem;
  background: var(--page); font-weight: 550;
}
header button, #stop {
  margin: -.25rem -1rem -.25rem 0; border-color: transparent; color: var(--quiet);
}
.main { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
main { display: flex; flex-direction: column-reverse; overflow-y: auto; outline-offset: -2px; }
main > div { margin-bottom: auto; width: 100%; }
#hello { margin: 30vh 0 0; font-size: 1.5rem; text-align: center; text-wrap: balance; }
.person, .agent, pre { white-space: pre-wrap; }
.person, .agent:not(:empty), .request, .note { margin: 0 0 1rem; }
.person {
  width: fit-content; max-width: 85%; margin-left: auto; padding: .5rem .875rem;
  border-radius: 1.125rem; background: var(--mine);
}
.person b { display: block; color: var(--quiet); font-size: .875rem; }
.tool { margin: -.625rem 0 .375rem; }
.tool summary { padding: .75rem 0; }
.tool, .note, dt, #status { color: var(--quiet); font-size: .875rem; }
.tool b { font-weight: 550; color: var(--text); }
dl {
  display: grid; grid-template-columns: fit-content(40%) minmax(0, 1fr); gap: .25rem 1rem;
  padding: .5rem .75rem; border-radius: .75rem; background: var(--soft);
}
dl pre { margin: 0; padding: 0; }
.tool dl { margin-bottom: 1.5rem; }
pre {
  margin: .5rem 0; padding: .5rem .75rem; border-radius: .75rem; background: var(--soft);
  color: var(--text); font: .875rem/1.5 ui-monospace, monospace; unicode-bidi: isolate;
}
.request {
  display: grid; grid-template-columns: minmax(0, 1fr); gap: .5rem;
  padding: 1rem; border: 1px solid var(--line); border-radius: 1rem;
}
.request .note { margin: 0; }
.answers { display: flex; flex-wrap: wrap; gap: .5rem; }
.deny:has([open]) { flex-basis: 100%; }
.deny summary { width: fit-content; align-content: center; list-style: none; }
label { display: block; margin: .75rem 0; }
input, textarea {
  width: 100%; min-height: 2.75rem; padding: .5625rem .875rem; resize: none;
  border: 1px solid var(--edge); border-radius: .75rem; background: var(--page);
}
label input { margin-top: .25rem; }
#composer { flex-basis: 100%; flex-wrap: nowrap; align-items: end; }
#say { flex: 1; max-height: 40dvh; field-sizing: content; }
#problem, #refusal { color: var(--bad); }
#problem:empty, #refusal:empty, .outcome:empty { display: none; }
#entry { display: grid; gap: .75rem; margin: auto; padding: 1rem; width: min(24rem, 100%); }
#status { flex: 1; min-height: 2.25rem; align-content: center; }
.busy::before {
  content: ''; display: inline-block; width: .5rem; height: .5rem; margin-right: .5rem;
  border-radius: 50%; background: var(--accent); animation: pulse 1s infinite alternate;
}
@keyframes pulse { to { opacity: .2; } }
@media (prefers-reduced-motion: reduce) { .busy::before { animation: none; } }
`;
