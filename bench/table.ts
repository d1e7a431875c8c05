import { type Figure, type Judged, passes } from './figures.ts';

export type Section = {
  readonly row: string;
  readonly about: string;
  readonly figures: readonly Figure[];
  /** Why it could not be measured. */
  readonly failed?: string;
  /** Why nobody tried. */
  readonly absent?: string;
};

const titles = ['what', 'ours', 'floor', 'peers', 'result'] as const;
const signs = { most: '<=', least: '>=' } as const;

/** All rows as text: a heading for each, and the columns of all under one another. */
export function formatTable(sections: readonly Section[]): string {
  const rows = sections.map(({ row, about, figures, failed, absent }) => ({
    heading: [
      `${row}: ${about}`,
      ...(failed === undefined ? [] : [`  MISSED: ${failed}`]),
      ...(absent === undefined ? [] : [`  left out: ${absent}`]),
    ],
    cells: figures.map(toCells),
  }));
  const all = [titles, ...rows.flatMap(({ cells }) => cells)];
  const widths = titles.map((_, at) => Math.max(...all.map((cells) => cells[at]?.length ?? 0)));
  const toLine = (cells: readonly string[]) =>
    `  ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd();
  const blocks = rows.map(({ heading, cells }) => [...heading, ...cells.map(toLine)].join('\n'));
  return [toLine(titles), ...blocks].join('\n\n');
}

function toCells({ what, unit, ours, floor, peers = {}, judged }: Figure): readonly string[] {
  const others = Object.entries(peers).map(([name, value]) => `${name} ${formatNumber(value)}`);
  return [
    what,
    `${formatNumber(ours)} ${unit}`,
    floor === undefined ? '' : formatNumber(floor),
    others.join(', '),
    judged.map(formatJudged).join('; '),
  ];
}

function formatJudged(judged: Judged): string {
  const { value, of, bar } = judged;
  const told = `${formatNumber(value)} ${of}`;
  if (bar === undefined) return told;
  return `${told} (${signs[bar.at]} ${bar.limit}) ${passes(judged) ? 'pass' : 'MISSED'}`;
}

/** Three digits that count. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return 'n/a';
  if (Math.abs(value) >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}
