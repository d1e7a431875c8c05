/** A text without what would steer the terminal: it may quote registries, arguments and files. Line breaks and tabs stay. */
export function stripControl(text: string): string {
  return text.replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, '');
}
