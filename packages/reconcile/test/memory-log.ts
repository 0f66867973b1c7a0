import type { RecordLog } from '../src/apply/record-log.js';

/** Counts every step that a crash could come before; the step of number `at` does not happen any more, nor any after it. */
export class CrashPoint {
  steps = 0;
  constructor(readonly at = Number.POSITIVE_INFINITY) {}
  get crashed(): boolean {
    return this.steps > this.at;
  }
  pass(): void {
    if (++this.steps > this.at) throw new Error('crashed');
  }
}

/** A log that outlives whoever writes it. */
export class MemoryLog implements RecordLog {
  readonly lines: string[] = [];
  constructor(public crash = new CrashPoint()) {}
  async append(line: string): Promise<void> {
    this.crash.pass();
    this.lines.push(line);
    this.crash.pass();
  }
  async *read(): AsyncGenerator<{ text: string }> {
    for (const line of [...this.lines]) yield { text: line };
  }
}
