// Says one line for each step, counts them, and lets the process fail when one has failed.

import { within } from './start.mjs';

const LONGEST_STEP = 120_000;
const counts = { passed: 0, failed: 0 };

/** Runs one step; a failure is told and counted, and the next step still runs. */
export async function step(name, work) {
  try {
    await within(LONGEST_STEP, name, work());
    counts.passed += 1;
    console.log(`ok    ${name}`);
  } catch (error) {
    counts.failed += 1;
    console.log(`FAIL  ${name}`);
    console.log(String(error?.stack ?? error).replace(/^/gm, '        '));
  }
}

/** The last line, which the script that runs everything adds up. */
export function finish() {
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  // A client may hold its connections open; everything of interest has been said.
  process.exit(counts.failed === 0 ? 0 : 1);
}
