import { ManualClock } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import type { CliOutput } from '../command-line/cli-io.js';
import { Progress } from './progress.js';
import type { ProgressMode } from './progress-option.js';
import type { ProgressState } from './progress-state.js';

class Terminal implements CliOutput {
  text = '';
  columns = 80;
  constructor(readonly isTTY: boolean) {}
  write(chunk: string | Uint8Array): boolean {
    this.text += String(chunk);
    return true;
  }
  async drained(): Promise<void> {}
}

function setUp(
  isTTY: boolean,
  mode: ProgressMode = 'auto',
  env: Record<string, string> = {},
): { terminal: Terminal; clock: ManualClock; progress: Progress } {
  const terminal = new Terminal(isTTY);
  const clock = new ManualClock(1_000_000);
  return { terminal, clock, progress: new Progress({ stderr: terminal, env }, { mode, clock }) };
}

const at = (items: number): (() => ProgressState) => {
  return () => ({ phase: 'copy', items, itemName: 'keys', itemCount: 1000 });
};

describe('Progress', () => {
  it('draws over itself on a terminal, at most ten times a second, and goes away', () => {
    const { terminal, clock, progress } = setUp(true);
    progress.show(at(100));
    progress.show(at(101));
    clock.turn(1000);
    progress.show(at(200));
    const [, first, second] = terminal.text.split('\r\u001b[K');
    expect(first).toContain('100/1 000 keys');
    expect(second).toContain('200/1 000 keys  100 keys/s  eta 8 s');
    progress.clear();
    progress.clear();
    expect(terminal.text.endsWith('eta 8 s\r\u001b[K')).toBe(true);
  });

  it('has colours as the terminal, NO_COLOR and FORCE_COLOR say', () => {
    const cyan = '\u001b[36m';
    for (const [env, colored] of [
      [{}, true],
      [{ NO_COLOR: '1' }, false],
      [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true],
    ] as const) {
      const { terminal, progress } = setUp(true, 'auto', env);
      progress.show(at(1));
      expect(terminal.text.includes(cyan)).toBe(colored);
    }
  });

  it('follows the width of the terminal', () => {
    const { terminal, clock, progress } = setUp(true, 'auto', { NO_COLOR: '1' });
    terminal.columns = 30;
    progress.show(at(500));
    expect(terminal.text.replace('\r\u001b[K', '').length).toBeLessThan(30);
    clock.turn(200);
    terminal.columns = 80;
    progress.show(at(500));
    expect(terminal.text).toContain('██████████░░░░░░░░░░');
  });

  it('is a plain line every 10 s in a file', () => {
    const { terminal, clock, progress } = setUp(false);
    for (let second = 0; second <= 25; second++) {
      progress.show(at(second * 10));
      clock.turn(1000);
    }
    const lines = terminal.text.split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('20 %  200/1 000 keys  10 keys/s  eta 1m20s');
    expect(terminal.text).not.toContain('\u001b');
  });

  it('is lines of JSON where that is asked for, and nothing with none', () => {
    const { terminal, clock, progress } = setUp(true, 'json');
    progress.show(at(0));
    clock.turn(1000);
    progress.show(at(250));
    expect(
      terminal.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { progress: 'copy', keys: 0, of: 1000, share: 0 },
      { progress: 'copy', keys: 250, of: 1000, share: 0.25, perSecond: 250, leftMs: 3000 },
    ]);
    const none = setUp(true, 'none');
    none.progress.show(() => {
      throw new Error('nobody may ask');
    });
    expect(none.terminal.text).toBe('');
  });

  it('begins anew with each phase, and tells of the last seconds', () => {
    const { terminal, clock, progress } = setUp(true, 'json');
    progress.show(at(0));
    for (let second = 0; second < 60; second++) {
      clock.turn(1000);
      progress.show(at(second < 30 ? second : 30 + (second - 30) * 20));
    }
    const rates = terminal.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).perSecond);
    expect(rates.at(-1)).toBe(20);
    clock.turn(1000);
    progress.show(() => ({ phase: 'verify', items: 5, itemName: 'keys' }));
    expect(JSON.parse(terminal.text.trim().split('\n').at(-1)!)).toEqual({ progress: 'verify', keys: 5 });
  });

  it('tells what is left also where the whole became known later', () => {
    const { terminal, clock, progress } = setUp(true, 'json');
    progress.show(() => ({ phase: 'scanning', items: 0, itemName: 'keys' }));
    for (const items of [100, 200]) {
      clock.turn(1000);
      progress.show(() => ({ phase: 'scanning', items, itemName: 'keys', itemCount: 1000 }));
    }
    expect(JSON.parse(terminal.text.trim().split('\n').at(-1)!)).toMatchObject({
      perSecond: 100,
      leftMs: 8000,
    });
  });
});
