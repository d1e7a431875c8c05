import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { atMost } from '../figures.ts';
import { installedBy, npm } from '../npm.ts';
import { benchFolder, home } from '../places.ts';
import type { Row } from '../row.ts';

/** What `npx` has to fetch. */
export const publishedPackage: Row = {
  name: 'package',
  about: 'what is published, and with how many packages it comes; peers: installed',
  peers: ['shadcn', 'jsrepo'],
  async measure() {
    const [packed] = JSON.parse(npm(home, 'pack', '--dry-run', '--json', '--ignore-scripts')) as {
      readonly unpackedSize: number;
    }[];
    const { dependencies = {} } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
      readonly dependencies?: object;
    };
    const mb = (packed?.unpackedSize ?? Number.NaN) / 1e6;
    const needed = Object.keys(dependencies).length;
    const [shadcn, jsrepo] = [
      installedBy('shadcn', benchFolder),
      installedBy('jsrepo', benchFolder),
    ];
    return [
      {
        what: 'unpacked',
        unit: 'MB',
        ours: mb,
        peers: { shadcn: shadcn.mb, jsrepo: jsrepo.mb },
        judged: [{ value: mb, of: 'MB', bar: atMost(2) }],
      },
      {
        what: 'packages that it needs',
        unit: '',
        ours: needed,
        peers: { shadcn: shadcn.packages - 1, jsrepo: jsrepo.packages - 1 },
        judged: [{ value: needed, of: 'packages', bar: atMost(0) }],
      },
    ];
  },
};
