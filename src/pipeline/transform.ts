/** Rewrites a registry file's import specifiers for a repo that cannot take `.ts`; so far every project can. */
export function transform(text: string): string {
  return text;
}
