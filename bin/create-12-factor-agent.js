#!/usr/bin/env node
import module from 'node:module';
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `create-12-factor-agent needs Node 20.19 or newer; this is ${process.versions.node}.`,
  );
  process.exit(1);
}
module.enableCompileCache?.();
const { runProcess } = await import('../dist/run-process.js');
await runProcess(process.argv.slice(2), new URL('../', import.meta.url));
