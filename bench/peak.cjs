// Preloaded into a process that is measured: at its end it writes its peak memory, in KiB, as a line of a file.
const fs = require('node:fs');
const { isMainThread } = require('node:worker_threads');

if (isMainThread)
  process.on('exit', () => {
    // On Linux maxRSS starts with the parent's; the high-water mark does not.
    const status = process.platform === 'linux' ? fs.readFileSync('/proc/self/status', 'utf8') : '';
    const peak = /VmHWM:\s*(\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
    fs.appendFileSync(process.env.BENCH_PEAK_FILE ?? '', `${peak}\n`);
  });
