import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// Adds up vitest's JSON results in a folder. A test file that failed before its first test counts
// as one failure.
const folder = process.argv[2] ?? '.';
let passed = 0;
let failed = 0;
for (const name of readdirSync(folder)) {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(
    readFileSync(join(folder, name), 'utf8'),
  );
  const broken = testResults.filter(
    (/** @type {{ status: string, assertionResults: unknown[] }} */ file) =>
      file.status === 'failed' && file.assertionResults.length === 0,
  );
  passed += numPassedTests;
  failed += numFailedTests + broken.length;
}
console.log(`${passed} passed, ${failed} failed`);
