import { expect, test } from 'vitest';
import { approversIn, localUser } from './rules.ts';

test.each([
  ['ada', ['ada']],
  [' ada, bob ,', ['ada', 'bob']],
  [undefined, [localUser()]],
  ['', [localUser()]],
  [' , ', [localUser()]],
])('approvers in %j', (list, names) => {
  expect(approversIn(list)).toEqual(names);
});
