import type { JsonSchema } from './wire.ts';

/** What a model should keep to, and `fromWire` checks. */
export function hints({ format, pattern, ...node }: JsonSchema): string {
  const bounds = ['minLength', 'maxLength', 'minItems', 'maxItems', 'multipleOf'] as const;
  const limits = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'] as const;
  const isTelling = (value: unknown) => value !== undefined && Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER;
  const told = [...bounds, ...limits].filter(
    (name) => isTelling(node[name]) && !(name === 'minLength' && node[name] === 1),
  );
  const notes = [
    ...told.map((name) => `${name} ${node[name]}`),
    ...(format ? [`format ${format}`] : pattern ? [`pattern ${pattern}`] : []),
    ...(node.default === undefined ? [] : [`default ${JSON.stringify(node.default)}`]),
  ];
  return notes.length > 0 ? `(${notes.join(', ')})` : '';
}
