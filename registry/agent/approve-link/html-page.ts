import { html, raw } from 'hono/html';
import { escapeControls, escapeUnseen, redact } from '../core/sanitize.ts';
import { style } from './style.ts';

export type Html = ReturnType<typeof html>;

/** Renders a page: no script, and nothing that is loaded. The text of `title` is escaped. */
export function htmlPage(title: string, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${raw(`<style>${style}</style>`)}
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html>`;
}

/** Removes secrets, and escapes characters that change how others look. */
export const show = (text: string): string => escapeControls(redact(text));

/** Shows each character of a text, except secrets and line feeds. */
export const showExactly = (text: string): string =>
  redact(text).split('\n').map(escapeUnseen).join('\n');

/** Shows an ISO time. The page has no script that could know the zone of its reader. */
export function showTime(iso: string): Html {
  const utc = new Date(iso).toISOString();
  return html`<time datetime="${utc}">${utc.slice(0, 16).replace('T', ' ')} UTC</time>`;
}
