/** Paths that lead out, that are somebody else's, or that some system takes for another one. */
export function hostilePaths(outside: string): readonly string[] {
  return [...leadingOut(outside), ...ofOthers, ...odd, ...reserved];
}

/** Of these the ones that even a run which only puts right what another one left may not write. */
export function neverWritten(outside: string): readonly string[] {
  return [...leadingOut(outside), ...odd, ...reserved, ...ofOthers.filter((path) => /(^|\/)(\.git|git~\d)(\/|$)/i.test(path))];
}

const leadingOut = (outside: string): readonly string[] => [
  ...[`${outside}/out.ts`, '/etc/out.ts', '/out.ts', '//out.ts', '//server/share/out.ts', 'C:/out.ts', 'C:out.ts', 'c:\\out.ts'],
  ...['../out.ts', '../../out.ts', '../../../out.ts', '../../../../out.ts', 'a/../../out.ts', 'a/../../../../../out.ts'],
  ...['..', '../', '.', './out.ts', 'a/./b.ts', 'a//b.ts', 'a/', '/', ''],
  ...['..\\out.ts', '..\\..\\..\\out.ts', 'a\\b.ts', '\\out.ts', '\\\\server\\share\\out.ts', '\\\\?\\C:\\out.ts', '\\\\.\\pipe\\x'],
  ...['file:///out.ts', `file://${outside}/out.ts`, 'https://example.com/out.ts', 'a/..', '.../out.ts', 'a/.. /out.ts'],
];

const ofOthers = [
  ...['.git/hooks/pre-commit', '.git/config', '.GIT/config', '.Git/hooks/x', 'a/.git/config', '.git', 'git~1/config', 'GIT~2/x'],
  ...['.gitattributes', '.gitmodules', '.gitignore', '.github/workflows/x.yml', '.GitHub/workflows/x.yml', '.husky/pre-commit'],
  ...['.vscode/settings.json', '.VSCode/tasks.json', 'node_modules/zod/index.js', 'Node_Modules/x.js', 'a/node_modules/x.js'],
  ...['.npmrc', 'a/.npmrc', '.NPMRC', '.env', '.env.local', '.env.production', '.ENV', '.yarnrc', '.yarnrc.yml', 'bunfig.toml'],
  ...['package.json', 'a/package.json', 'Package.JSON', 'package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml'],
  ...['pnpm-workspace.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb', '.pnpmfile.cjs', '12-factor.json', '12-Factor.json'],
  ...['.12-factor/lock.json', '.12-factor/tmp/journal.json', '.12-FACTOR/tmp/lock', '.12-factor/base/x', '.12-factor/tmp/x'],
];

const odd = [
  ...['a\0.ts', '\0', 'a\n.ts', 'a\r.ts', 'a\t.ts', 'a\u001b[31m.ts', 'a\u007f.ts', 'a\u0085.ts', 'a\u2028.ts', 'a\u2029.ts'],
  ...['a\u202e.ts', 'a\u200b.ts', '\uFEFFa.ts', 'a\u00ad.ts', 'a\ud800.ts', 'a.', 'a ', 'a./b.ts', 'a /b.ts', ' a.ts', 'a/ b.ts'],
  ...['a<b.ts', 'a>b.ts', 'a|b.ts', 'a?b.ts', 'a*b.ts', 'a"b.ts', 'a:b.ts', 'a.ts:stream', 'a.ts::$DATA', `${'a'.repeat(256)}.ts`],
  ...[`${'é'.repeat(130)}.ts`, `${'a/'.repeat(17)}b.ts`],
];

const reserved = [
  ...['con', 'CON', 'con.ts', 'prn.ts', 'aux', 'aux.ts', 'a/aux.ts', 'nul', 'NUL.ts', 'nul.tar.gz', 'com1', 'com1.ts', 'COM9.ts'],
  ...['lpt1.ts', 'LPT9', 'com¹.ts', 'lpt²', 'conin$', 'CONOUT$', 'com0', 'a/con/b.ts', 'con '],
];

/** These decode, fold or normalise to something else on some system: refused, or nothing but odd names. */
export const disguised = [
  ...['．．/out.ts', '.．/out.ts', '．git/config', '.ｇｉｔ/config', '.ﬁle', 'package．json', 'ｐackage.json', 'node＿modules/x.js'],
  ...['.g\u200cit/config', '.g\u200dit/hooks/x', '.git\u200b/config', '.gi\u0074\u0301/../../out.ts', '.git /config', '.git./config', '.git::$INDEX_ALLOCATION/x'],
];

/** These are odd, and nobody's business. */
export const harmless = ['~/out.ts', '%2e%2e/out.ts', '%2e%2e%2fout.ts', '..%2fout.ts', '%00.ts', '..;/out.ts', 'ﬁle.ts', 'a b.ts', 'a..b.ts', '..a.ts', '{{a}}.ts', '$HOME.ts', '-rf.ts', '%252e%252e/out.ts', 'con1.ts', 'é.ts', 'e\u0301.ts', 'ſrc.ts', '😀.ts'];
