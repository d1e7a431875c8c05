import { expect, it } from 'vitest';
import { printedCommands } from './printed-commands.ts';

it.each<[string, object[]]>([
  ['npm installed zod@^4.6.7 (1 s)', []],
  ['To undo: npx create-12-factor-agent@latest undo', []],
  ['package.json changed: npm install', []],
  [
    'Talk to it in a terminal: pnpm dlx create-12-factor-agent@latest add terminal',
    [{ args: ['add', 'terminal'] }],
  ],
  ['A key in .env. To serve on http://127.0.0.1:3000: npm run serve', [{ line: 'npm run serve' }]],
  ['  yarn start approve', [{ line: 'yarn start approve' }]],
  [
    'Talk to it: npx tsx src/agent/terminal/main.ts',
    [{ line: 'npx tsx src/agent/terminal/main.ts "Ship 1.4.2 to production."' }],
  ],
])('%s', (line, commands) => {
  expect(printedCommands(`Done.\n${line}\n`)).toEqual(commands);
});
