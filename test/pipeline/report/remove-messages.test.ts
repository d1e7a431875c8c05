import { describe, expect, it } from 'vitest';
import type { InstalledState } from '../../../src/pipeline/resolve/change-request.ts';
import { requestRemove } from '../../../src/pipeline/resolve/request-remove.ts';
import { removedHeadline } from '../../../src/pipeline/report/remove-messages.ts';
import { resolve } from '../../../src/pipeline/resolve/resolve.ts';
import { catalogue, component, installed, lock } from '../../support/pipeline/fixtures.ts';
import { components, stateOf } from '../../support/pipeline/installed-state.ts';

describe('the headline of remove', () => {
  const removing = (there: InstalledState, name: string) => {
    const { request } = requestRemove(there, [name]);
    return removedHeadline(
      there.lock ?? lock(),
      resolve(request, there.catalogue.components),
      request.slots,
    );
  };
  const by = {
    server: installed('slack'),
    human: installed('slack'),
    slack: installed(),
    loop: installed(),
  };

  it.each([
    ['names what was added for it', by, 'removes server, human, slack'],
    ['leaves out what stays', { ...by, human: installed() }, 'removes server, slack'],
  ])('%s', (_, there, line) => {
    expect(removing(stateOf(lock({ components: there })), 'slack')).toEqual([line]);
  });

  it('leaves out the orphans', () => {
    const there = stateOf(lock({ components: { ...by, old: installed() } }));
    const withOld = { ...there, catalogue: catalogue(components, [component('old')]) };
    expect(removing(withOld, 'slack')).toEqual(['removes server, human, slack']);
  });

  it('names what replaces a wired model', () => {
    const names = ['loop', 'tools', 'agent', 'model-remote', 'store-file'];
    const there = stateOf(
      lock({
        slots: { model: 'model-remote', store: 'store-file' },
        components: Object.fromEntries(names.map((name) => [name, installed()])),
      }),
    );
    expect(removing(there, 'model-remote')).toEqual([
      'removes model-remote',
      expect.stringContaining('model-scripted'),
    ]);
  });
});
