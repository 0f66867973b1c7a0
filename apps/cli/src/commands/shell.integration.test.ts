import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HotRodServer } from '@kvtwin/hotrod-server';
import { type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliResult, runInProcess } from '../../test/recording-io.js';
import type { CliIo, CliOutput, CliTerminal } from '../command-line/cli-io.js';
import { runCli } from '../run-cli.js';

let servers: HotRodServer[];
let folder: TemporaryFolder;
let env: Record<string, string>;

beforeEach(async () => {
  servers = await Promise.all([1, 2].map(() => HotRodServer.listen({ caches: { users: {} } })));
  folder = await temporaryFolder();
  env = {
    KVTWIN_CONFIG: join(folder.path, 'config'),
    KVTWIN_STATE: join(folder.path, 'state'),
    KVTWIN_FIRST: `${servers[0]!.url}/users`,
    KVTWIN_SECOND: `${servers[1]!.url}/users`,
    NO_COLOR: '1',
  };
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await folder.remove();
});

const piped = (stdin: string, ...args: string[]): Promise<CliResult> =>
  runInProcess(['shell', ...args], { env, stdin });

describe('kvtwin shell without a terminal', () => {
  it('runs every line on sides that stay open', async () => {
    const { code, stdout, stderr } = await piped(
      [
        `put user:1 '{"name": "Ada"}'`,
        'get user:1 --json',
        '# a comment',
        '',
        'scan --side first',
        'diff',
      ].join('\n'),
    );
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
    expect(stdout).toContain('"kind":"agreed"');
    expect(stdout).toMatch(/agreed +1 +100/);
  });

  it('ends with the code of the first line that failed, having run the others', async () => {
    const { code, stdout, stderr } = await piped(
      [
        'put k a --side first',
        'get k --settle 0',
        'frobnicate',
        'put k',
        'gte k',
        "put k 'open",
        'put done yes',
      ].join('\n'),
    );
    expect(code).toBe(2);
    expect(stdout).toContain('done');
    expect(stderr).toContain('the shell has no frobnicate; help shows what there is');
    expect(stderr).toContain('error: no value');
    expect(stderr).toContain('did you mean get?');
    expect(stderr).toContain("' is not closed");
  });

  it('ends at the first failure with --exit-on-error, and at exit', async () => {
    const failed = await piped('get k --nonsense\nput k v\n', '--exit-on-error');
    expect(failed.code).toBe(1);
    expect(failed.stdout).toBe('');
    const left = await piped('put k v\nexit\nput other v\n');
    expect(left.code).toBe(0);
    expect(left.stdout).not.toContain('other');
  });

  it('shows what there is, and all about a command', async () => {
    const { stdout } = await piped('help\nhelp scan\nhistory\n');
    expect(stdout).toMatch(/ {2}get +show a key on both sides/);
    expect(stdout).toContain('Usage: kvtwin scan [options]');
    expect(stdout.trim().split('\n').slice(-3)).toEqual(['help', 'help scan', 'history']);
  });

  it('ends with 4 where a side is not there, and with 1 where none is named', async () => {
    expect(
      (await piped('get k\n', '--second', 'hotrod://127.0.0.1:1', '--first', env.KVTWIN_FIRST!)).code,
    ).toBe(4);
    expect((await runInProcess(['shell'], { stdin: 'get k\n' })).code).toBe(1);
  });
});

/** A person at a terminal: types, and sees what is written. */
class Person implements CliTerminal {
  readonly columns = 100;
  readonly rows = 24;
  seen = '';
  inputIsTaken = false;
  #listener: (chunk: Uint8Array) => void = () => undefined;
  #onSeen: (() => void) | undefined;

  write(text: string): void {
    this.seen += text;
    this.#onSeen?.();
  }

  takeInput(listener: (chunk: Uint8Array) => void): () => void {
    this.#listener = listener;
    this.inputIsTaken = true;
    return () => {
      this.inputIsTaken = false;
    };
  }

  onResize(): () => void {
    return () => undefined;
  }

  type(text: string): void {
    this.#listener(Buffer.from(text));
  }

  /** Resolves once the text is seen behind what was seen at the last call. */
  async sees(text: string): Promise<void> {
    while (!this.seen.includes(text)) {
      await new Promise<void>((resolve) => {
        this.#onSeen = resolve;
      });
    }
    this.seen = this.seen.slice(this.seen.indexOf(text) + text.length);
  }
}

function started(more: Record<string, string> = {}) {
  const person = new Person();
  const output: CliOutput = {
    write: (chunk) => {
      person.write(Buffer.from(chunk).toString());
      return true;
    },
    drained: async () => {},
    isTTY: true,
    columns: 100,
  };
  async function* nothing(): AsyncGenerator<Uint8Array> {}
  const stopping = new AbortController();
  const io: CliIo = {
    stdout: output,
    stderr: output,
    stdin: Object.assign(nothing(), { isTTY: true }),
    env: { ...env, ...more },
    signal: stopping.signal,
    terminal: person,
    pid: process.pid,
  };
  return { person, stopping, ended: runCli(['shell'], io) };
}

describe('kvtwin shell at a terminal', () => {
  it('runs lines, survives errors, completes with Tab, keeps a history, and is left by Ctrl-D', async () => {
    const { person, ended } = started();
    await person.sees('help shows what there is.');
    await person.sees('> ');
    person.type('nonsense\r');
    await person.sees('the shell has no nonsense');
    await person.sees('> ');
    person.type('pu\t');
    await person.sees('put ');
    person.type('k v\r');
    await person.sees('applied');
    await person.sees('> ');
    person.type('get k --ra\t');
    await person.sees('--raw ');
    person.type('first\r');
    await person.sees('v\n');
    await person.sees('> ');
    person.type('\u0004');
    expect(await ended).toBe(0);
    expect(person.inputIsTaken).toBe(false);
    const kept = join(env.KVTWIN_STATE!, 'shell-history');
    expect(await readFile(kept, 'utf8')).toBe('nonsense\nput k v\nget k --raw first\n');
    const again = started();
    await again.person.sees('> ');
    again.person.type('\u001b[A');
    await again.person.sees('get k --raw first');
    again.person.type('\u0003exit\r');
    expect(await again.ended).toBe(0);
  });

  it('cancels the running command with Ctrl-C, and goes on', async () => {
    const { person, ended } = started();
    await person.sees('> ');
    servers[1]!.faults.holdReplies();
    person.type('get k --timeout 1h\r');
    await person.sees('\n');
    person.type('\u0003');
    await person.sees('cancelled');
    await person.sees('> ');
    servers[1]!.faults.releaseReplies();
    person.type('exit\r');
    expect(await ended).toBe(0);
  });

  it('ends with 130 when the process is asked to stop', async () => {
    const { person, stopping, ended } = started();
    await person.sees('> ');
    stopping.abort();
    expect(await ended).toBe(130);
    expect(person.inputIsTaken).toBe(false);
  });
});
