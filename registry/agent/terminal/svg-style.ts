/** The shapes beside the rows of a picture. */
export type Mark =
  'person' | 'model' | 'tool' | 'policy' | 'approved' | 'denied' | 'failed' | 'waiting';

const light = {
  paper: '#ffffff',
  rule: '#d1d9e0',
  text: '#1f2328',
  dim: '#59636e',
  person: '#0969da',
  agent: '#8250df',
  tool: '#1a7f37',
  policy: '#9a6700',
  bad: '#cf222e',
};
const dark: typeof light = {
  paper: '#0d1117',
  rule: '#3d444d',
  text: '#f0f6fc',
  dim: '#9198a1',
  person: '#58a6ff',
  agent: '#bc8cff',
  tool: '#3fb950',
  policy: '#d29922',
  bad: '#ff7b72',
};

const css = (colours: typeof light): string =>
  Object.entries(colours)
    .map(([name, colour]) => `.${name}{color:${colour}}`)
    .join('') + `.on{fill:${colours.paper}}.over{stroke:${colours.paper}}`;

const sans = '-apple-system,BlinkMacSystemFont,"Segoe UI",Helvetica,Arial,sans-serif';
const mono = 'ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace';

/** System fonts, and colours for light and dark pages. */
export const style = `<style>
${css(light)}
@media (prefers-color-scheme:dark){${css(dark)}}
text{font:13px ${sans};fill:currentColor;white-space:pre}
.code,.time{font-family:${mono};font-size:12px}
.line,.over{fill:none;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.line{stroke:currentColor}
.time{font-size:11px}
.who,.name{font-weight:600}
.end{text-anchor:end}
.mid{text-anchor:middle}
</style>`;

const ring = 'class="on" stroke="currentColor" stroke-width="2"';

/** The shape of each mark, centred at 0 0. */
export const shapes: Record<Mark, string> = {
  person: '<circle r="6" fill="currentColor"/>',
  model: '<circle r="5" class="on" stroke="currentColor" stroke-width="2.5"/>',
  tool: square(5.5, 2),
  policy: '<path d="M0-7 7 0 0 7-7 0z" fill="currentColor"/>',
  approved: '<circle r="8" fill="currentColor"/>' + path('over', 'M-3.5.2-1 2.8 3.8-2.6'),
  denied: `<circle r="7" ${ring}/>${path('line', 'M-4.5 4.5 4.5-4.5')}`,
  failed: square(8, 3) + path('over', 'M-3.5-3.5 3.5 3.5M3.5-3.5-3.5 3.5'),
  waiting: `<circle r="8" ${ring}/>${path('line', 'M-2.5-3.5v7M2.5-3.5v7')}`,
};

function square(half: number, radius: number): string {
  const size = `width="${half * 2}" height="${half * 2}" rx="${radius}"`;
  return `<rect x="-${half}" y="-${half}" ${size} fill="currentColor"/>`;
}

function path(kind: 'line' | 'over', d: string): string {
  return `<path d="${d}" class="${kind}"/>`;
}
