import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildKvtwin, buildLimitMs } from '../../test/built-kvtwin.js';
import { type DemoAtWork, demoStartLimitMs, startDemoAtWork } from '../../test/demo-at-work.js';
import { type CliResult, runInProcess } from '../../test/recording-io.js';
import { TestTerminal } from '../../test/test-terminal.js';

let demo: DemoAtWork;
let env: Record<string, string>;

beforeAll(async () => {
  demo = await startDemoAtWork();
  env = demo.env;
  await kvtwin('diff', '--quiet', '--settle', '20ms');
}, demoStartLimitMs);
afterAll(() => demo.stop());

function kvtwin(...args: string[]): Promise<CliResult> {
  return runInProcess(args, { env });
}

async function held(key: string): Promise<string[]> {
  const { stdout } = await kvtwin('get', key, '--settle', '0', '--json');
  return JSON.parse(stdout).sides.map(({ value }: { value?: string }) =>
    value === undefined ? 'absent' : Buffer.from(value, 'base64').toString(),
  );
}

function onTerminal(terminal: TestTerminal, ...args: string[]): Promise<CliResult> {
  return runInProcess(['resolve', ...args], { env, terminal, isTTY: true });
}

describe('kvtwin resolve', () => {
  it('says what to do where there is no terminal', async () => {
    const { code, stderr } = await kvtwin('resolve', 'user:42');
    expect(code).toBe(1);
    expect(stderr).toContain('needs a terminal');
    expect(stderr).toContain('kvtwin resolve user:42 --take a|b|delete');
  });

  it('does not draw on a terminal that cannot', async () => {
    const terminal = new TestTerminal();
    const dumb = await runInProcess(['resolve', 'user:42'], { env: { ...env, TERM: 'dumb' }, terminal });
    expect(dumb).toMatchObject({ code: 1, stderr: expect.stringContaining('a dumb one') });
    expect(terminal.text.trim()).toBe('');
  });

  it('takes a side of one key without a terminal', async () => {
    await kvtwin('put', 'taken', 'one', '--side', 'first');
    await kvtwin('put', 'taken', 'two', '--side', 'second');
    const taken = await kvtwin('resolve', 'taken', '--take', 'b');
    expect([taken.code, taken.stdout]).toEqual([0, 'taken   written: lon\n']);
    expect(await held('taken')).toEqual(['two', 'two']);
    expect(taken.stderr).toMatch(/^undo: kvtwin undo r\d+ +before-images are kept 30d\n$/);
    const again = await kvtwin('resolve', 'taken', '--take', 'a', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ key: 'taken', outcome: 'nothing-to-do' });
    await kvtwin('resolve', 'taken', '--take', 'delete');
    expect(await held('taken')).toEqual(['absent', 'absent']);
    expect(await kvtwin('resolve', 'taken', '--take', 'a')).toMatchObject({ code: 1 });
  });

  it('decides about one key on a screen', async () => {
    await kvtwin('put', 'seen', 'one', '--side', 'first');
    const terminal = new TestTerminal();
    const ended = onTerminal(terminal, 'seen');
    await terminal.shows('ONLY lon');
    terminal.type('aw');
    await terminal.shows('AGREED');
    terminal.type('q');
    expect(await ended).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^resolve: 1 written\nundo: kvtwin undo r\d+ /),
    });
    expect(await held('seen')).toEqual(['one', 'one']);
  });

  it("goes through a job's conflicts, and through the undecided rows of a plan", async () => {
    const job = JSON.parse((await kvtwin('diff', '--job', '--json', '--quiet', '--settle', '20ms')).stdout)
      .job as string;
    const terminal = new TestTerminal();
    const ended = onTerminal(terminal, job, '--class', 'value-*', '--prefix', 'user:');
    await terminal.shows('1/12');
    const [, key] = /1\/12 {2}(\S+)/.exec(terminal.text)!;
    terminal.type('an');
    await terminal.shows('2/12');
    terminal.type('wq');
    expect(await ended).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^resolve: 1 written · 11 open\nundo: /),
    });
    expect(new Set(await held(key!)).size).toBe(1);

    const plan = join(demo.folder, 'plan.ndjson');
    await kvtwin(
      'plan',
      job,
      '--rule',
      'only-*=copy',
      '--rule',
      'value-conflict=newest:$.nothing',
      '-o',
      plan,
    );
    const second = new TestTerminal();
    const planned = onTerminal(second, plan);
    await second.shows('1/11');
    await second.shows('$.nothing');
    second.type('q');
    expect(await planned).toMatchObject({ code: 2 });
  });

  it('takes back what it wrote: one key with u, the rest with kvtwin undo', async () => {
    for (const key of ['back:1', 'back:2']) {
      await kvtwin('put', key, `${key} here`, '--side', 'first', '--ttl', '1h');
      await kvtwin('put', key, `${key} there`, '--side', 'second');
    }
    const diff = JSON.parse((await kvtwin('diff', '--json', '--quiet', '--settle', '20ms')).stdout)
      .job as string;
    const terminal = new TestTerminal();
    const ended = onTerminal(terminal, diff, '--prefix', 'back:');
    await terminal.shows('1/2');
    terminal.type('u');
    await terminal.shows('nothing was written to this key here');
    terminal.type('bw');
    await terminal.shows('AGREED');
    expect(await held('back:1')).toEqual(['back:1 there', 'back:1 there']);
    terminal.type('u');
    await terminal.shows('taken back: lon put back');
    expect(await held('back:1')).toEqual(['back:1 here', 'back:1 there']);
    terminal.type('ndw');
    await terminal.shows('ABSENT');
    terminal.type('q');
    const { code, stderr } = await ended;
    expect(code).toBe(2);
    const job = /kvtwin undo (r\d+)/.exec(stderr)![1]!;
    expect((await kvtwin('job', 'ls')).stdout).toMatch(
      new RegExp(`${job} +resolve +done +\\S+ +1/1 +1 +written 1 · taken back 1 `),
    );
    expect(await kvtwin('undo', diff, '--yes')).toMatchObject({
      code: 0,
      stdout: '  restored 3\n',
    });
    expect(await held('back:2')).toEqual(['back:2 here', 'back:2 there']);
    const [lon, nyc] = JSON.parse((await kvtwin('get', 'back:2', '--settle', '0', '--json')).stdout).sides;
    expect([lon.expiration.kind, nyc.expiration.kind]).toEqual(['mortal', 'immortal']);
    const again = await kvtwin('undo', job, '--yes');
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining(`job ${job} was undone at`)]);
  });

  it('leaves alone what somebody wrote since', async () => {
    await kvtwin('put', 'moved', 'here', '--side', 'first');
    await kvtwin('put', 'moved', 'there', '--side', 'second');
    const { stderr } = await kvtwin('resolve', 'moved', '--take', 'a');
    await kvtwin('put', 'moved', 'newer', '--side', 'second');
    const undone = await kvtwin('undo', /kvtwin undo (r\d+)/.exec(stderr)![1]!, '--yes');
    expect([undone.code, undone.stdout]).toEqual([3, '  left alone 1 (changed since apply)\n']);
    expect(await held('moved')).toEqual(['here', 'newer']);
  });

  it.each([
    [['resolve', 'd99', '--as', 'job'], 'there is no job d99'],
    [['resolve', 'k', '--pair', 'hustdb+ha://127.0.0.1:1', '--take', 'a'], 'a front'],
    [['resolve', 'd1', '--take', 'a'], '--take decides about one key'],
    [['resolve', 'user:42', '--prefix', 'user:'], '--class and --prefix choose among the keys of a job'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await runInProcess(args, { env, terminal: new TestTerminal() });
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  it('refuses a class that there is not', async () => {
    const { code, stderr } = await onTerminal(new TestTerminal(), 'd1', '--class', 'nonsense');
    expect([code, stderr]).toEqual([1, expect.stringContaining('there is no class nonsense')]);
  });
});

/** Runs a program on a pseudo-terminal of 80x24 with what is typed once the screen shows that; prints what it printed. */
const onPty = `
import os, pty, select, struct, sys, fcntl, termios
steps = [tuple(step.split('=', 1)) for step in sys.argv[1].split(';')]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
seen = b''
while True:
    try:
        chunk = os.read(fd, 65536)
    except OSError:
        break
    if not chunk:
        break
    sys.stdout.buffer.write(chunk)
    seen += chunk
    if steps and steps[0][0].encode() in seen:
        os.write(fd, steps.pop(0)[1].encode('utf-8').decode('unicode_escape').encode('latin-1'))
        seen = b''
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
`;

/** Node makes no pseudo-terminals; Python, which the tests of the whole need anyway, does. */
const hasPython = spawnSync('python3', ['--version']).status === 0;

describe.skipIf(!hasPython)('the built program on a pseudo-terminal', { timeout: demoStartLimitMs }, () => {
  beforeAll(() => buildKvtwin(), buildLimitMs);

  const program = fileURLToPath(new URL('../../bin/kvtwin.js', import.meta.url));

  async function typed(
    steps: string,
    ...args: string[]
  ): Promise<{ code: number | null; screen: TestTerminal; raw: string }> {
    const child = spawn('python3', ['-c', onPty, steps, process.execPath, program, ...args], {
      env: { ...process.env, ...env, TERM: 'xterm-256color' },
    });
    const screen = new TestTerminal();
    let raw = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      raw += text;
      screen.write(text);
    });
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    await screen.shows(/./);
    return { code, screen, raw };
  }

  it('shows, writes and leaves the terminal as it was', async () => {
    await kvtwin('put', 'pty', '{"a":1}', '--side', 'first');
    await kvtwin('put', 'pty', '{"a":2}', '--side', 'second');
    const { code, screen, raw } = await typed('CONFLICT=b;take B=w;AGREED=q', 'resolve', 'pty');
    expect(raw).toContain('[-1-]');
    expect([code, screen.buffer]).toEqual([0, 'normal']);
    expect(screen.text).toContain('resolve: 1 written');
    expect(await held('pty')).toEqual(['{"a":2}', '{"a":2}']);
  });

  it('ends at Ctrl-C with 130 and a clean terminal', async () => {
    await kvtwin('put', 'pty', '{"a":3}', '--side', 'first');
    const { code, screen, raw } = await typed('CONFLICT=\\x03', 'resolve', 'pty');
    expect([code, screen.buffer]).toEqual([130, 'normal']);
    expect(raw.lastIndexOf('\u001b[?25h')).toBeGreaterThan(raw.lastIndexOf('\u001b[?25l'));
  });
});
