import module from 'node:module';
import { register } from 'tsx/esm/api';
register(); module.register('./templates-hooks.js', import.meta.url);
await import(process.env.AB ?? '/tmp/layout-work/ab.mts');
