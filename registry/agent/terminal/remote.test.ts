import { expect, test } from 'vitest';
import { printer, type Screen } from '../screen/screen.ts';
import { remoteFlag } from './remote-flag.ts';

test.each([['http://127.0.0.1:3000'], ['https://shop.test/agent'], ['http://[::1]:3000']])(
  'connects to %s',
  (url) => {
    const output = { colour: false, columns: () => 80, write: () => undefined };
    const screen = printer(output) as unknown as Screen;
    const { introduction } = remoteFlag.connect(url, '--url')(screen);
    expect(introduction).toEqual([`The agent is at ${url}.`]);
  },
);

test.each([
  [''],
  ['list'],
  ['127.0.0.1:3000'],
  ['file:///etc'],
  ['http://ada:secret@shop.test'],
  ['http://shop.test/?key=secret'],
  ['http://shop.test/$(ls)'],
])('"%s" is refused as an address of a server, and is not repeated', (url) => {
  const connect = () => remoteFlag.connect(url, 'AGENT_URL');
  expect(connect).toThrow(
    'AGENT_URL must be the address of a server, such as http://127.0.0.1:3000',
  );
  expect(connect).not.toThrow('secret');
});
