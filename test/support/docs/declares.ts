/**
 * Whether code declares a name: as a function, value or type, as a field or method, or as the type
 * of an event.
 */
export function declares(code: string, name: string): boolean {
  const forms = [
    `^\\s*(?:export )?(?:async )?(?:function\\*?|const|let|class|type|interface) ${name}\\b`,
    `^\\s+(?:readonly |async )?${name}\\??[:(]`,
    `^\\s+${name},$`,
    `\\btype: '${name}'`,
  ];
  return new RegExp(forms.join('|'), 'm').test(code);
}
