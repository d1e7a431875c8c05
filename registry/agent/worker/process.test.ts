import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Agent } from '../core/agent.ts';
import { done, toyAgent } from '../testing/toy-agent.ts';
import { localRunner } from './local-runner.ts';
import { threadsAtOnce } from './process.ts';

afterEach(() => vi.unstubAllEnvs());

const { agent: alone } = toyAgent([done]);
const withRunner: Agent = { ...alone, runner: localRunner };
const atOnce = (text: string | undefined, agent: Agent = alone) => {
  vi.stubEnv('AT_ONCE', text);
  return threadsAtOnce(agent);
};

describe('AT_ONCE', () => {
  test.each([
    [undefined, 64],
    ['', 64],
    ['  ', 64],
    ['1', 1],
    ['3', 3],
    [' 3 ', 3],
    ['10000', 10_000],
  ])('"%s" is %i threads at once, with a runner and without one', (text, expected) => {
    expect(atOnce(text)).toBe(expected);
    expect(atOnce(text, withRunner)).toBe(expected);
  });

  test('0 only wakes other processes: it needs a runner', () => {
    expect(atOnce('0', withRunner)).toBe(0);
    expect(() => atOnce('0')).toThrow('agent.ts has no runner');
  });

  test.each(['-1', '1.5', '10001', '1e9', 'Infinity', 'NaN', 'many', '3 4', '3,4', '3px', '٣'])(
    '"%s" is refused',
    (text) => {
      const message = `AT_ONCE must be a number from 0 to 10000, not ${text}.`;
      expect(() => atOnce(text)).toThrow(message);
      expect(() => atOnce(text, withRunner)).toThrow(message);
    },
  );

  test('a long text is named by its start', () => {
    expect(() => atOnce('9'.repeat(1_000))).toThrow(`not ${'9'.repeat(20)}.`);
  });
});
