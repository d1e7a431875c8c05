import type * as z from 'zod';

/** How a person types a value: what to type, in words, and what was typed as a value. */
export type Typed = {
  readonly expects: string;
  /** @throws RangeError that says what is wrong */
  parse(typed: string): unknown;
};

/** How a value of this schema is typed: as text, number, yes or no, one of a few, or else as JSON. */
export function typedAs(node: z.core.JSONSchema.JSONSchema): Typed {
  const options = node.enum ?? node.anyOf?.map((branch) => Object(branch).const);
  if (options?.every((option) => option !== undefined)) return oneOf(options);
  switch (node.type) {
    case 'string':
      return { expects: 'text', parse: (typed) => typed };
    case 'boolean':
      return { expects: 'y or n', parse: toBoolean };
    case 'integer':
    case 'number':
      return { expects: node.type === 'number' ? 'a number' : 'a whole number', parse: toNumber };
    default:
      return { expects: `JSON that matches ${JSON.stringify(node)}`, parse: fromJson };
  }
}

/** By itself or by its number; itself comes first, since it may be a number. */
function oneOf(options: readonly unknown[]): Typed {
  return {
    expects: options.map((option, index) => `${index + 1} ${option}`).join(', '),
    parse(typed) {
      const named = options.find((option) => String(option) === typed) ?? options[Number(typed) - 1];
      if (named === undefined) throw new RangeError(`It is one of these: ${options.join(', ')}`);
      return named;
    },
  };
}

function toNumber(typed: string): number {
  if (Number.isNaN(Number(typed))) throw new RangeError('That is not a number.');
  return Number(typed);
}

function toBoolean(typed: string): boolean {
  if (!/^(y|yes|true|n|no|false)$/i.test(typed)) throw new RangeError('Type y or n.');
  return /^[yt]/i.test(typed);
}

function fromJson(typed: string): unknown {
  try {
    return JSON.parse(typed);
  } catch {
    throw new RangeError('That is not JSON. A text in it has quotes.');
  }
}
