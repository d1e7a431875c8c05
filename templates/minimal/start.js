import module from 'node:module';

module.enableCompileCache?.();
// Node 22.18 and later run TypeScript by themselves; earlier ones get help.
if (!process.features.typescript) (await import('tsx/esm/api')).register();
await import('./src/agent/talk.ts');
