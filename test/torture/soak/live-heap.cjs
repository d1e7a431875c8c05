const { appendFileSync } = require('node:fs');

// Loaded into the server: every ten seconds, how much it holds after all garbage is gone, as a line
// of JSON.
const { LIVE_HEAP = '' } = process.env;
const { gc } = globalThis;
if (!gc) throw new Error('It needs --expose-gc.');
const measure = () => {
  gc();
  appendFileSync(
    LIVE_HEAP,
    `${JSON.stringify({ at: Date.now(), mb: process.memoryUsage().heapUsed / 1e6 })}\n`,
  );
};
setInterval(measure, 10_000).unref();
