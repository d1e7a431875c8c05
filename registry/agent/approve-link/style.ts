/** The style of the pages: readable on a telephone, light or dark as the device is. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f8fa; --card: #fff; --code: #eff2f5;
  --text: #1f2328; --dim: #59636e;
  --line: #d1d9e0; --edge: #818b98; --focus: #0969da;
  --yes: #1a7f37; --no: #cf222e; --note: #9a6700;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --card: #161b22; --code: #0d1117;
    --text: #f0f6fc; --dim: #9ea7b3;
    --line: #30363d; --edge: #767f8a; --focus: #58a6ff;
    --yes: #1f7a33; --no: #ff7b72; --note: #d29922;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 1rem;
  background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif;
  overflow-wrap: anywhere;
}
main {
  max-width: 40rem; margin: 1rem auto; padding: 1.25rem;
  background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem;
}
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
p { margin: .5rem 0; }
dl { margin: 0; }
dt { margin-top: .5rem; color: var(--dim); font-size: .875rem; }
dd { margin: 0; }
pre, .words { margin: 0; white-space: pre-wrap; unicode-bidi: plaintext; }
pre, #edit { font: .875rem/1.5 ui-monospace, Menlo, Consolas, monospace; }
pre {
  padding: .375rem .625rem;
  background: var(--code); border-radius: .375rem;
}
.rule { padding-left: .75rem; border-left: .25rem solid var(--note); }
.error {
  padding: .625rem .75rem;
  border: 1px solid var(--no); border-radius: .375rem;
}
.dim { margin: 1.25rem 0 0; color: var(--dim); font-size: .875rem; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
.facts dt { margin: 0; line-height: 1.7; }
@media (max-width: 30rem) {
  .facts { display: block; }
  .facts dt { margin-top: .5rem; }
}
.line { display: block; padding-left: 4ch; text-indent: -4ch; }
form { margin: 1rem 0 0; }
form + form { padding-top: 1rem; border-top: 1px solid var(--line); }
label { display: block; font-weight: 600; }
textarea, button {
  display: block; width: 100%;
  background: var(--card); color: inherit; font: inherit;
  border: 1px solid var(--edge); border-radius: .375rem;
}
textarea {
  min-height: 5rem; margin: .375rem 0 .75rem; padding: .5rem;
  resize: vertical;
}
button {
  min-height: 2.75rem; margin: 0 0 .5rem; padding: .5rem 1rem;
  font-weight: 600; cursor: pointer;
}
button.yes { background: var(--yes); border-color: var(--yes); color: #fff; }
button.no { border-color: var(--no); color: var(--no); }
#edit { min-height: 12rem; }
summary { padding: .5rem 0; cursor: pointer; font-weight: 600; }
details { margin-top: 1rem; border-top: 1px solid var(--line); }
details form { margin: 0; padding: 0; border: 0; }
:focus-visible { outline: .1875rem solid var(--focus); outline-offset: .125rem; }
`;
