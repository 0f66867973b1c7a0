import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ReplicaPairStore } from '@kvtwin/replica-pair';
import { temporaryFolder } from '@kvtwin/testkit';
import { openMemoryStoreFamily, StoreError, type Two, type VersionedStore } from '@kvtwin/versioned-value';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TestTerminal } from '../../test/test-terminal.js';
import type { CliOutput } from '../command-line/cli-io.js';
import { type PickerEnd, runPicker } from './run-picker.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Shown {
  readonly terminal: TestTerminal;
  readonly sides: Two<VersionedStore>;
  readonly ended: Promise<PickerEnd>;
  readonly stopping: AbortController;
  held(key: string): Promise<(string | undefined)[]>;
}

const opened: Shown[] = [];
afterEach(async () => {
  for (const { ended, stopping } of opened.splice(0)) {
    stopping.abort();
    await ended.catch(() => undefined);
  }
});

type Entries = Readonly<
  Record<string, readonly [string | Uint8Array | undefined, string | Uint8Array | undefined]>
>;

async function show(
  entries: Entries,
  { columns = 80, rows = 24, env = {}, names = ['lon', 'nyc'] as Two<string> } = {},
): Promise<Shown> {
  const sides: Two<VersionedStore> = [
    await openMemoryStoreFamily('lon').open({ type: 'kv' }),
    await openMemoryStoreFamily('nyc').open({ type: 'kv' }),
  ];
  for (const [key, values] of Object.entries(entries)) {
    for (const at of [0, 1] as const) {
      const value = values[at];
      if (value !== undefined)
        await sides[at].put(utf8(key), typeof value === 'string' ? utf8(value) : value);
    }
  }
  const terminal = new TestTerminal(columns, rows);
  const stopping = new AbortController();
  const output: CliOutput = { write: () => true, drained: async () => {}, isTTY: true, columns };
  const ended = runPicker({
    io: {
      stdout: output,
      stderr: output,
      stdin: (async function* () {})(),
      env: { NO_COLOR: '1', ...env },
      signal: stopping.signal,
      pid: 1,
    },
    terminal,
    keys: Object.keys(entries).map((key) => ({ key: utf8(key) })),
    names,
    pair: new ReplicaPairStore({ first: sides[0], second: sides[1], policy: 'opaque' }),
    allowUnguarded: false,
  });
  const held = (key: string): Promise<(string | undefined)[]> =>
    Promise.all(
      sides.map(async (side) => {
        const entry = await side.get(utf8(key));
        return entry === undefined ? undefined : Buffer.from(entry.value).toString();
      }),
    );
  const shown = { terminal, sides, ended, stopping, held };
  opened.push(shown);
  return shown;
}

const unreachable = new StoreError('nobody is there', { code: 'STORE_UNREACHABLE' });

const conflict: Entries = { 'user:42': ['{"name":"Ada","seats":5}', '{"name":"Ada","seats":8}'] };

describe('the picker on a terminal of 80x24', () => {
  it('has both sides beside each other, with what differs marked', async () => {
    const { terminal } = await show(conflict);
    await terminal.shows('CONFLICT');
    const lines = terminal.lines.map((line) => line.replace(/v \d+ {2}sha \w+…/, 'v VERSION'));
    expect(lines.slice(0, 9)).toEqual([
      ' kvtwin resolve   user:42                                              CONFLICT',
      ' A  lon  24 B  no ttl                  │  B  nyc  24 B  no ttl',
      expect.stringContaining('v VERSION'),
      '───────────────────────────────────────┬────────────────────────────────────────',
      ' {                                     ≠ {',
      '   "name": "Ada"                       │   "name": "Ada"',
      '   "seats": [-5-]                      ≠   "seats": {+8+}',
      ' }                                     │ }',
      '                                       │',
    ]);
    expect(lines.slice(20)).toEqual([
      '───────────────────────────────────────┴────────────────────────────────────────',
      ' decision  none yet                                                       tree',
      '',
      ' a b take  e edit  d del  i leave  n p move  h t view  w write  ? help  q quit',
    ]);
    expect(terminal.buffer).toBe('alternate');
  });

  it.each([
    ['a', '{"name":"Ada","seats":5}'],
    ['b', '{"name":"Ada","seats":8}'],
    ['d', undefined],
  ])('writes nothing when %s is pressed, and what it says at w', async (key, value) => {
    const { terminal, held, ended } = await show(conflict);
    await terminal.shows('CONFLICT');
    terminal.type(key);
    await terminal.shows('not written yet');
    expect(await held('user:42')).toEqual(conflict['user:42']);
    terminal.type('w');
    await terminal.shows('written: ');
    expect(await held('user:42')).toEqual([value, value]);
    await terminal.shows(value === undefined ? 'ABSENT' : 'AGREED');
    terminal.type('q');
    expect(await ended).toEqual({
      interrupted: false,
      counts: { written: 1, ignored: 0, failed: 0, open: 0 },
    });
    await terminal.shows(/^\n/);
    expect([terminal.buffer, terminal.isTaken]).toEqual(['normal', false]);
  });

  it('says when a side has moved, shows it anew, and overwrites nothing', async () => {
    const { terminal, held, sides, ended } = await show(conflict);
    await terminal.shows('CONFLICT');
    terminal.type('a');
    await terminal.shows('take A');
    await sides[1].put(utf8('user:42'), utf8('{"name":"Ada","seats":99}'));
    terminal.type('w');
    await terminal.shows('nyc has changed since it was shown: nothing was written. Look again');
    expect(terminal.text).toContain('{+99+}');
    expect(terminal.text).toContain('none yet');
    expect(await held('user:42')).toEqual(['{"name":"Ada","seats":5}', '{"name":"Ada","seats":99}']);
    terminal.type('bw');
    await terminal.shows('AGREED');
    terminal.type('q');
    expect((await ended).counts.written).toBe(1);
  });

  it('goes through a queue, keeps decisions, and writes them all', async () => {
    const entries: Entries = { k1: ['a', 'b'], k2: ['c', undefined], k3: ['e', 'f'] };
    const { terminal, held, ended } = await show(entries);
    await terminal.shows('1/3');
    terminal.type('an');
    await terminal.shows('2/3  k2');
    expect(terminal.text).toContain('ONLY lon');
    terminal.type('b');
    await terminal.shows('nyc has nothing to take; d deletes the copy of lon');
    terminal.type('di');
    await terminal.shows('3/3');
    terminal.type('b');
    await terminal.shows('2 decided  text');
    terminal.type('n');
    await terminal.shows('this is the last key');
    terminal.type('q');
    await terminal.shows('2 decisions are not written: w writes, q again leaves without');
    terminal.type('w');
    await terminal.shows('2 written');
    expect([await held('k1'), await held('k2'), await held('k3')]).toEqual([
      ['a', 'a'],
      ['c', undefined],
      ['f', 'f'],
    ]);
    terminal.type('ppp');
    await terminal.shows('this is the first key');
    terminal.type('q');
    expect((await ended).counts).toEqual({ written: 2, ignored: 1, failed: 0, open: 0 });
  });

  it('shows hex, text and tree, and scrolls', async () => {
    const lines = Array.from({ length: 100 }, (_, at) => `line ${at}`);
    const { terminal } = await show({ k: [lines.join('\n'), lines.with(70, 'line seventy').join('\n')] });
    // What differs first is in sight.
    await terminal.shows('{+seventy+}');
    expect(terminal.text).toContain('text 69-84 of 100');
    terminal.type('\u001b[H');
    await terminal.shows('text 1-16 of 100');
    terminal.type('\u001b[6~\u001b[B');
    await terminal.shows('text 18-33 of 100');
    terminal.type('\u001b[F');
    await terminal.shows('text 85-100 of 100');
    terminal.type('h');
    await terminal.shows(/ {2}hex \d/);
    expect(terminal.text).toMatch(/0010 \w\w|[0-9a-f]{4}[ *]\w\w/);
    terminal.type('t');
    await terminal.shows('not JSON: shown as text');
    terminal.type('?');
    await terminal.shows('any key goes back');
    terminal.type('x');
    await terminal.shows('decision');
  });

  it('decides nothing about a key that cannot be read, until it can', async () => {
    const { terminal, sides, held } = await show(conflict);
    await terminal.shows('CONFLICT');
    const get = vi.spyOn(sides[1], 'getMany').mockRejectedValue(unreachable);
    const one = vi.spyOn(sides[1], 'get').mockRejectedValue(unreachable);
    terminal.type('r');
    await terminal.shows('UNREADABLE');
    expect(terminal.text).toContain('failed: nobody is there');
    terminal.type('a');
    await terminal.shows('a side could not be read: r reads again');
    get.mockRestore();
    one.mockRestore();
    terminal.type('ra');
    await terminal.shows('take A');
    terminal.type('w');
    await terminal.shows('AGREED');
    expect(await held('user:42')).toEqual(['{"name":"Ada","seats":5}', '{"name":"Ada","seats":5}']);
  });

  it('tells of a write that a side did not answer, and shows what it holds', async () => {
    const { terminal, sides, ended } = await show(conflict);
    await terminal.shows('CONFLICT');
    vi.spyOn(sides[1], 'replaceIfVersion').mockRejectedValue(unreachable);
    terminal.type('aw');
    await terminal.shows('nyc did not answer: the write may have been applied. Look again');
    expect(terminal.text).toContain('CONFLICT');
    terminal.type('q');
    expect((await ended).counts).toMatchObject({ failed: 1, written: 0 });
  });

  it('leaves at Ctrl-C at once, whatever is decided, with a clean terminal', async () => {
    const { terminal, held, ended } = await show(conflict);
    await terminal.shows('CONFLICT');
    terminal.type('a\u0003');
    expect(await ended).toMatchObject({ interrupted: true });
    await terminal.shows(/^\n/);
    expect([terminal.buffer, terminal.isTaken]).toEqual(['normal', false]);
    expect(await held('user:42')).toEqual(conflict['user:42']);
  });

  it('leaves when the process is stopped', async () => {
    const { terminal, ended, stopping } = await show(conflict);
    await terminal.shows('CONFLICT');
    stopping.abort();
    expect(await ended).toMatchObject({ interrupted: true });
    expect(terminal.isTaken).toBe(false);
  });
});

describe('other terminals', () => {
  it('align wide characters, and cut what is too long', async () => {
    const key = `用户:${'名'.repeat(60)}`;
    const { terminal } = await show(
      { [key]: ['{"名字":"王小明","城市":"北京"}', '{"名字":"王小明","城市":"上海"}'] },
      { names: ['北京机房', '上海机房'] },
    );
    await terminal.shows('CONFLICT');
    for (const row of [1, 2, 4, 5, 6, 7]) {
      expect(terminal.cells(row, 39, 40)).toMatch(/[│≠]/);
    }
    expect(terminal.cells(0, 70, 80)).toBe(' CONFLICT ');
    expect(terminal.text).toContain('"城市": "[-北京-]"');
    expect(terminal.lines[0]).toContain('名…');
  });

  it('are followed when they change, and told what they need when they are too small', async () => {
    const { terminal } = await show(conflict, { columns: 120, rows: 40 });
    await terminal.shows('CONFLICT');
    expect(terminal.cells(4, 59, 60)).toBe('≠');
    terminal.resize(60, 12);
    await terminal.shows(/^.{51}CONFLICT/);
    expect(terminal.lines[11]).toContain('? help');
    terminal.resize(40, 10);
    await terminal.shows('40x10; 60x12 at least');
    terminal.resize(80, 24);
    await terminal.shows('"seats": [-5-]');
  });

  it('show bytes that are no text in hex, at most as wide as the pane', async () => {
    const { terminal } = await show({
      k: [Uint8Array.of(0xff, 1, 2, 3, 4, 5, 6, 7, 8), Uint8Array.of(0xff, 1, 9)],
    });
    await terminal.shows('hex');
    expect(terminal.lines.slice(4, 6)).toEqual([
      ' 0000 ff 01*02*03*04*05*06*07 ........ ≠ 0000 ff 01*09                ...',
      ' 0008*08                      .        ≠',
    ]);
  });

  it('have colours unless NO_COLOR says no', async () => {
    const { terminal } = await show(conflict, { env: { NO_COLOR: '' } });
    await terminal.shows('[-5-]');
    expect(terminal.isColored(6, 12)).toBe(true);
    const plain = await show(conflict);
    await plain.terminal.shows('[-5-]');
    expect(plain.terminal.isColored(6, 12)).toBe(false);
  });

  it('are given ASCII where that is all they have', async () => {
    const { terminal } = await show(conflict, { env: { LC_ALL: 'C' } });
    await terminal.shows('CONFLICT');
    expect(terminal.lines[3]).toBe(`${'-'.repeat(39)}+${'-'.repeat(40)}`);
    expect(terminal.lines[6]).toBe('   "seats": [-5-]                      !   "seats": {+8+}');
    expect(terminal.text).toMatch(/^[ -~\n]*$/);
  });

  it('cannot be steered by a key or a value', async () => {
    const { terminal } = await show({ '\u001b[2Jkey': ['\u001b[31mred', 'b'] });
    await terminal.shows('\\x1b[2Jkey');
    expect(terminal.text).toContain('\\x1b[31mred');
  });
});

describe('the merge by an editor', () => {
  it.skipIf(process.platform === 'win32')(
    'takes what was saved, and asks again where marks are left',
    async () => {
      await using folder = await temporaryFolder();
      const editor = join(folder.path, 'editor');
      // The first time it saves what it got; then it takes both sides' marks out.
      await writeFile(
        editor,
        `#!/bin/sh
if [ -e '${folder.path}/again' ]; then sed -i '/^[<>=]\\{7\\}/d; /"seats": 5/d' "$1"; else touch '${folder.path}/again'; fi
`,
      );
      await chmod(editor, 0o700);
      const { terminal, held } = await show(conflict, { env: { VISUAL: editor } });
      await terminal.shows('CONFLICT');
      terminal.type('e');
      await terminal.shows('the marks of a difference are still in it');
      terminal.type('e');
      await terminal.shows('your text, 24 B, to both sides (not written yet)');
      expect(terminal.buffer).toBe('alternate');
      terminal.type('w');
      await terminal.shows('AGREED');
      expect(await held('user:42')).toEqual(['{"name":"Ada","seats":8}', '{"name":"Ada","seats":8}']);
    },
  );

  it.skipIf(process.platform === 'win32')('decides nothing where the editor fails', async () => {
    const { terminal } = await show(conflict, { env: { EDITOR: 'false' } });
    await terminal.shows('CONFLICT');
    terminal.type('e');
    await terminal.shows('the editor failed: nothing is decided');
  });
});
