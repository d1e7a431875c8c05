/**
 * Removes the characters that control a terminal, because the text may come from a registry, an
 * argument or a file. Keeps line breaks and tabs.
 */
export function stripControl(text: string): string {
  return text.replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, '');
}
