import { expect, test } from 'vitest';
import { Refused } from '../core/errors.ts';
import { parse } from './parse.ts';

test.each([
  ['', { kind: 'talk' }],
  ['help', { kind: 'help' }],
  ['-h', { kind: 'help' }],
  ['list --help', { kind: 'help' }],
  ['list', { kind: 'list' }],
  ['show t_1', { kind: 'show', id: 't_1' }],
  ['show t_1 --context', { kind: 'context', id: 't_1' }],
  ['show t_1 --request', { kind: 'request', id: 't_1' }],
  ['show t_1 --svg', { kind: 'picture', id: 't_1' }],
  ['watch t_1', { kind: 'watch', id: 't_1' }],
  ['resume t_1', { kind: 'resume', id: 't_1' }],
  ['say t_1 ship it', { kind: 'say', id: 't_1', text: 'ship it' }],
  ['cancel t_1', { kind: 'cancel', id: 't_1' }],
  ['cancel t_1 no need', { kind: 'cancel', id: 't_1', text: 'no need' }],
  ['approve t_1:2', { kind: 'approve', call: 't_1:2' }],
  ['approve t_1:2 looks good', { kind: 'approve', call: 't_1:2', text: 'looks good' }],
  ['deny t_1:2 too late', { kind: 'deny', call: 't_1:2', text: 'too late' }],
  ['answer t_1:2 1.4.2', { kind: 'answer', call: 't_1:2', text: '1.4.2' }],
  ['export', { kind: 'export' }],
  ['import', { kind: 'import' }],
  ['report', { kind: 'start', text: 'report' }],
  ['ship 1.4.2', { kind: 'start', text: 'ship 1.4.2' }],
  ['hello', { kind: 'start', text: 'hello' }],
  ['lst the releases', { kind: 'start', text: 'lst the releases' }],
  ['deploy t_1', { kind: 'start', text: 'deploy t_1' }],
  ['-- lst --json', { kind: 'start', text: 'lst --json' }],
])('"%s" is %o', (argv, command) => {
  expect(parse(argv.split(' ').filter(Boolean))).toEqual({ command, json: false });
});

test('a message in quotes is one, whatever its first word', () => {
  expect(parse(['list releases --all']).command).toEqual({
    kind: 'start',
    text: 'list releases --all',
  });
  expect(parse(['--json', 'ship it'])).toEqual({
    command: { kind: 'start', text: 'ship it' },
    json: true,
  });
});

test.each([
  ['lst', 'There is no command lst. Did you mean: npm start list'],
  ['lits', 'Did you mean: npm start list'],
  ['anwser', 'Did you mean: npm start answer'],
  ['aprove t_1:2', 'Did you mean: npm start approve t_1:2'],
  ['aprove t_1:2 looks good', 'Did you mean: npm start approve t_1:2 looks good'],
  ['sohw t_1', 'Did you mean: npm start show t_1'],
  ['--jsn', 'There is no --jsn. See: npm start help'],
  ['approve', 'Usage: npm start approve <call> ["comment"]'],
  ['deny t_1:2', 'Usage: npm start deny <call> "why"'],
  ['answer t_1:2', 'Usage: npm start answer <call> "text"'],
  ['say t_1', 'Usage: npm start say <thread> "text"'],
  ['show me the releases', 'To say it to the agent: npm start "show me the releases"'],
  ['list the releases', 'To say it to the agent: npm start "list the releases"'],
  ['list --request', '--request goes with show: npm start -- show <thread> --request'],
  ['list --context', '--context goes with show'],
  ['watch t_1 --svg', '--svg goes with show: npm start -- show <thread> --svg'],
  ['show t_1 --svg --context', 'goes with show'],
  ['show t_1 --svg --json', '--json goes with'],
  ['watch t_1 --json', '--json goes with'],
  ['--json', '--json goes with'],
  ['export --json', '--json goes with'],
  ['export the data', 'To say it to the agent: npm start "export the data"'],
  ['import threads.jsonl', 'Usage: npm start import < threads.jsonl'],
  ['exprt', 'Did you mean: npm start export'],
])('"%s" is refused: %s', (argv, message) => {
  expect(() => parse(argv.split(' '))).toThrow(Refused);
  expect(() => parse(argv.split(' '))).toThrow(message);
});

test.each([
  ['--url http://127.0.0.1:3000 list', 'http://127.0.0.1:3000', { kind: 'list' }],
  [
    '--url=https://shop.test/agent ship it',
    'https://shop.test/agent',
    { kind: 'start', text: 'ship it' },
  ],
  ['show t_1 --svg --url http://[::1]:3000', 'http://[::1]:3000', { kind: 'picture', id: 't_1' }],
  ['-- lst --url http://x', undefined, { kind: 'start', text: 'lst --url http://x' }],
])('"%s" asks the server at %s', (argv, url, command) => {
  expect(parse(argv.split(' '))).toEqual({ command, json: false, url });
});

test.each([
  ['--url'],
  ['--url -- list'],
  ['--url= list'],
  ['--url list'],
  ['--url 127.0.0.1:3000 list'],
  ['--url file:///etc list'],
  ['--url http://ada:secret@shop.test list'],
  ['--url http://shop.test/?key=secret list'],
  ['--url http://shop.test/$(ls) list'],
])('"%s" names no server', (argv) => {
  expect(() => parse(argv.split(' '))).toThrow(
    '--url is where a server listens, such as http://127.0.0.1:3000',
  );
  expect(() => parse(argv.split(' '))).not.toThrow('secret');
});
