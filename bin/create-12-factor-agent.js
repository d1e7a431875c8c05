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
const { main } = await import('../dist/main.js');
await main(process.argv.slice(2), new URL('../', import.meta.url));
