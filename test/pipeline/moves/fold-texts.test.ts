import { describe, expect, it } from 'vitest';
import { mergeTexts } from '../../../src/io/merge-texts.ts';
import { foldTexts } from '../../../src/pipeline/moves/fold-texts.ts';

const inner = new Set(['./people.ts', './people.js', './people']);

describe('files become one', () => {
  it.each<[string, readonly string[], string]>([
    ['with their bodies in order', ['a();\n', 'b();\n'], 'a();\n\nb();\n'],
    [
      'with the imports of all of them first',
      ["import a from 'a';\n\na();\n", "import b from 'b';\n\nb();\n"],
      "import a from 'a';\nimport b from 'b';\n\na();\n\nb();\n",
    ],
    [
      'with an equal import once',
      ["import a from 'a';\n\na();\n", "import a from 'a';\n\nb();\n"],
      "import a from 'a';\n\na();\n\nb();\n",
    ],
    [
      'with two imports of one module, if they differ',
      ["import { a } from 'a';\n\na();\n", "import { b } from 'a';\n\nb();\n"],
      "import { a } from 'a';\nimport { b } from 'a';\n\na();\n\nb();\n",
    ],
    [
      'without imports of the file itself, whatever their ending',
      [
        "import { b } from './people.ts';\nimport type { B } from './people.js';\n\na();\n",
        "import {\n  a,\n} from './people';\nimport c from '../people.ts';\n\nb();\n",
      ],
      "import c from '../people.ts';\n\na();\n\nb();\n",
    ],
    [
      'with imports over lines, of types, for effects and with attributes',
      [
        "import {\n  a,\n  b,\n} from 'a';\nimport type { A } from 'a';\n\na();\n",
        "import 'c';\nimport d from './d.json' with { type: 'json' };\n\nb();\n",
      ],
      "import {\n  a,\n  b,\n} from 'a';\nimport type { A } from 'a';\nimport 'c';\n" +
        "import d from './d.json' with { type: 'json' };\n\na();\n\nb();\n",
    ],
    [
      'with the comments before and between imports in the body',
      ["/** About a. */\nimport a from 'a';\n// why\nimport b from 'b';\n\na();\n", 'c();\n'],
      "import a from 'a';\nimport b from 'b';\n\n/** About a. */\n// why\n\na();\n\nc();\n",
    ],
    [
      'with a comment behind an import',
      ["import a from 'a'; // why\n\na();\n", 'b();\n'],
      "import a from 'a'; // why\n\na();\n\nb();\n",
    ],
    [
      'with an import that comes after code where it is',
      ["a();\nimport b from 'b';\n", "import c from 'c';\nb();\n"],
      "import c from 'c';\n\na();\nimport b from 'b';\n\nb();\n",
    ],
    [
      'with what only looks like an import',
      ["import('a');\nimport.meta.url;\n", "const text = `\nimport a from 'a';\n`;\n"],
      "import('a');\nimport.meta.url;\n\nconst text = `\nimport a from 'a';\n`;\n",
    ],
    [
      'with conflict markers whole',
      ["<<<<<<< yours\nimport a from 'a';\n=======\n>>>>>>> upstream\n\na();\n", 'b();\n'],
      "<<<<<<< yours\nimport a from 'a';\n=======\n>>>>>>> upstream\n\na();\n\nb();\n",
    ],
    ['with the line endings of the first', ['a();\r\n', 'b();\n'], 'a();\r\n\r\nb();\r\n'],
    [
      'with the byte order mark of the first',
      ['\uFEFFa();\n', '\uFEFFb();\n'],
      '\uFEFFa();\n\nb();\n',
    ],
    ['with nothing of an empty one', ['', 'b();\n'], 'b();\n'],
    ['of which all are empty', ['', '\n'], ''],
    ['of which one is left', ["import a from 'a';\na();"], "import a from 'a';\n\na();\n"],
  ])('%s', (_, texts, expected) => {
    expect(foldTexts(texts, inner)).toBe(expected);
  });

  it('and an edit in one of them merges with what upstream folded and changed', async () => {
    const human =
      "import { z } from 'zod';\nimport { amend } from './people.ts';\n\nask();\n\nend();\n";
    const amend = "import { z } from 'zod';\n\nstart();\n\namend();\n\nstop();\n";
    const fold = (...texts: readonly string[]) => foldTexts(texts, inner);
    const upstream =
      "import { z } from 'zod';\n\nask(1);\n\nend();\n\nstart();\n\namend();\n\nstop();\n";
    const mine = fold(human, amend.replace('stop();', 'stop(mine);'));
    expect(await mergeTexts(fold(human, amend), mine, upstream)).toEqual({
      kind: 'merged',
      text: upstream.replace('stop();', 'stop(mine);'),
    });
  });
});
