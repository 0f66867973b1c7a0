/** `program.mjs DIRECTORY`: appends numbered records for ever and prints the number of each that is acknowledged. */
import { writeSync } from 'node:fs';
import { Journal } from '../src/index.js';

const journal = await Journal.open(process.argv[2]!, { maxSegmentBytes: 4096 });
let number = journal.nextPosition;
writeSync(1, `open ${journal.repairedBytes}\n`);
const append = async (): Promise<void> => {
  for (;;) {
    const mine = number++;
    await journal.append(`${mine} ${'x'.repeat(mine % 97)}`);
    // Synchronously: what is acknowledged is told before the process can be killed.
    writeSync(1, `${mine}\n`);
  }
};
await Promise.all(Array.from({ length: 4 }, append));
