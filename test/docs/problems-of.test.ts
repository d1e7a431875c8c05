import { describe, expect, it } from 'vitest';
import { problemsOf } from '../support/docs/problems-of.ts';
import { readDoc } from '../support/docs/read-doc.ts';
import { openWorld } from '../support/docs/world.ts';

const world = await openWorld();
const fenced = (body: string, lang = '') => `\`\`\`${lang}\n${body}\n\`\`\`\n`;
const problems = (text: string) => problemsOf(readDoc('docs/a.md', text), world);

describe('a page is refused that has', () => {
  it.each([
    ['an unknown command', fenced('npx create-12-factor-agent@latest upd')],
    [
      'an unknown command in a transcript',
      fenced('$ npx create-12-factor-agent deploy\nDone.', 'console'),
    ],
    ['a flag that no command has', fenced('npx create-12-factor-agent add agent --fast')],
    ['a flag of another command', fenced('npx create-12-factor-agent list --force')],
    [
      'a value that a flag does not take',
      fenced('npx create-12-factor-agent update --on-conflict mine'),
    ],
    ['a template that there is not', fenced('npx create-12-factor-agent my-agent --template big')],
    ['a model that there is not', fenced('npx create-12-factor-agent my-agent --model gpt')],
    ['a component that there is not', fenced('npx create-12-factor-agent add telegram')],
    [
      'a wrong command behind another',
      fenced('cd my-agent && npx create-12-factor-agent add telegram'),
    ],
    ['a wrong command in a pipe', '`npx create-12-factor-agent dif | git apply`'],
    ['a command of ours, by its words alone', 'Run `update --forse`.'],
    ['a component, by its words alone', 'Run `add telegram --use`.'],
    ['a flag alone', 'It takes `--fast`.'],
    ['an unknown word of the terminal', fenced('npm start aprove t_4k7x2p:7')],
    ['a word of the terminal that is none', fenced('npm start transport')],
    ['a word of the terminal without what it needs', fenced('npm start deny t_4k7x2p:7')],
    ['a flag of the terminal', fenced('npm start -- list --yaml')],
    ['a flag that npm would keep', fenced('npm start list --json')],
    ['a flag of the terminal, by its words alone', '`show <thread> --xml`'],
    ['a word of the terminal alone', '`deny <call>` refuses.'],
    ['a script that there is not', fenced('npm run deploy')],
    ['a script that there is not, in a sentence', 'With `npm run deploy` it goes.'],
    ['a command that nobody knows', fenced('$ agentctl run', 'console')],
    ['a variable that nothing reads', 'Set `OPENAI_KEY`.'],
    ['a variable that nothing reads, before a command', fenced('LLM_URL=x npm start "hello"')],
    ['a file that is not there', 'See `src/agent/memory.ts`.'],
    ['a file of the agent that is not there', 'See `polcy.ts`.'],
    ['a folder that is not there', 'See `src/agents/`.'],
    ['a file of the books that is not there', 'See `.12-factor/lock.yaml`.'],
    ['a function that is not there', 'Call `forward()`.'],
    ['a symbol that its file does not have', '`forward` in `core/loop.ts` does it.'],
    ['a symbol of another file', 'It is `reduce()` in `core/loop.ts`.'],
    ['one such symbol of two', '`start()` and `reduce()` in `core/people.ts` are ways in.'],
    ['a symbol over two lines', 'It is `reduce()` in\n`src/agent/core/loop.ts`.'],
    ['a field that a type does not have', '`colour` in `core/policy.ts` is one.'],
    ['a type of event that there is not', '`shouted` in `core/event.ts` is one.'],
    ['a symbol that is only called there', '`append()` in `core/loop.ts` saves.'],
    [
      'a file of its own in another form than the last one',
      `${fenced('// new: a.ts\nlet a;', 'ts')}${fenced(' // a.ts\n-let a;\n+let b;', 'diff')}${fenced(' // a.ts\n-let a;\n+let c;', 'diff')}`,
    ],
    ['a link that leads nowhere', '[here](b.md)'],
    ['a link to a heading that is not there', '[here](../README.md#pricing)'],
    ['a link to a heading of its own that is not there', '[here](#pricing)'],
    ['an excerpt that is no longer so', fenced('// src/agent/core/env.ts\nloadEnv();', 'ts')],
    ['an excerpt of a file that is not there', fenced('// src/agent/env2.ts\nx', 'ts')],
    [
      'an edit that fits nowhere',
      fenced(' // src/agent/core/env.ts\n-loadEnv();\n+load();', 'diff'),
    ],
    ['a transcript without a command', fenced('npm start', 'console')],
    ['an edit that does not say of what', fenced('-a\n+b', 'diff')],
  ])('%s', (_, text) => expect(problems(text)).toHaveLength(1));
});

describe('a page may have', () => {
  it.each([
    [
      'each form of a command',
      fenced('cd x && npx create-12-factor-agent@latest my-agent --yes --model anthropic'),
    ],
    [
      'a component that it defines',
      fenced('{ \n "name": "tool-x"\n}', 'json') + fenced('npx create-12-factor-agent add tool-x'),
    ],
    [
      'placeholders',
      '`add <component...>`, `list [word]`, `npm start ' +
        '-- show <thread> --context`, `--dir <folder>`',
    ],
    ['words of the terminal', '`deny <call> "not on a Friday"`, `cancel <thread>`, `--context`'],
    ['a message', fenced('npm start "export it all"')],
    ['a file that it makes', `${fenced('// new: src/shop.ts\nexport {};', 'ts')} \`src/shop.ts\``],
    ['an excerpt', fenced(`// src/agent/core/env.ts\nimport { parseEnv } from 'node:util';`, 'ts')],
    [
      'an edit',
      fenced(
        ' // src/agent/core/env.ts\n' +
          `-import { parseEnv } from 'node:util';\n+import fs from 'node:fs';`,
        'diff',
      ),
    ],
    [
      'links',
      '# It is\n\n[a](README.md) [b](../README.md#commands) [c](https://example.org) [d](#it-is)',
    ],
    ['functions of a file', '`start()`, `say()` and `approve()` in `core/people.ts`'],
    [
      'a type, a field, a value and an event',
      '`Model` in `core/model.ts`, `blocks` in `core/model.ts`, `initial` in `core/thread.ts`, `prefetched` in `core/event.ts`',
    ],
    [
      'a symbol that it adds',
      `${fenced(" // src/agent/core/env.ts\n import { parseEnv } from 'node:util';\n+const folder = '.';", 'diff')} \`folder\` in \`core/env.ts\``,
    ],
    [
      'a file that it writes again, and then edits',
      `${fenced('// new: a.ts\nlet a;', 'ts')}${fenced(' // a.ts\n-let a;\n+let b;', 'diff')}${fenced('// new: a.ts\nlet c;', 'ts')}${fenced(' // a.ts\n-let c;\n+let d;', 'diff')}\`node a.ts\``,
    ],
    ['what is no name of ours', '`undefined`, `@acme/x`, `/v1`, `describe`, `t_4k7x2p:7`'],
  ])('%s', (_, text) => expect(problems(text)).toEqual([]));
});
