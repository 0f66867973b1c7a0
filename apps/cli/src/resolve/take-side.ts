import type { RepairOutcome, ReplicaPairStore } from '@kvtwin/replica-pair';
import type { Two } from '@kvtwin/versioned-value';
import type { CliContext } from '../command-line/cli-context.js';
import { ExitCode } from '../command-line/exit-code.js';
import { exitCodeOfPairRead } from '../command-line/pair-exit-code.js';
import { formatKeyHeading, keyToJson } from '../output/key-text.js';
import { writeJson, writeLine } from '../output/output.js';
import { repairText } from './repair-text.js';

/** What `--take` may say. */
export type TakeWord = 'a' | 'b' | 'delete';

const takes = { a: 'first', b: 'second', delete: 'removal' } as const;

/** One key to be set right without a screen. */
export interface TakeRequest {
  readonly key: Uint8Array;
  readonly take: TakeWord;
  readonly pair: Pick<ReplicaPairStore, 'read' | 'repair'>;
  readonly names: Two<string>;
  readonly timeout?: number;
  readonly unguarded?: boolean;
  readonly json?: boolean;
}

/** Reads both sides, writes the one that does not hold what is taken, under guard, and tells how it ended. */
export async function takeSide({ io }: CliContext, request: TakeRequest): Promise<ExitCode> {
  const { key, names, pair, take } = request;
  const call = { signal: io.signal, timeoutMs: request.timeout };
  const shown = await pair.read(key, call);
  const result = await pair.repair(key, {
    ...call,
    take: takes[take],
    basedOn: shown,
    allowUnguarded: request.unguarded === true,
  });
  if (request.json) {
    await writeJson(io.stdout, {
      ...keyToJson(key),
      outcome: result.outcome,
      ...(result.guard === undefined ? {} : { guard: result.guard }),
      sides: result.writes.map(({ action, result: { state } }, at) => ({ name: names[at], action, state })),
    });
  } else {
    await writeLine(io.stdout, `${formatKeyHeading(key)}   ${repairText(result, shown, names)}`);
  }
  return result.outcome === 'unreadable' ? exitCodeOfPairRead(result.before) : exitCodes[result.outcome];
}

const exitCodes: Readonly<Record<Exclude<RepairOutcome, 'unreadable'>, ExitCode>> = {
  repaired: ExitCode.ok,
  'nothing-to-do': ExitCode.ok,
  'changed-since': ExitCode.compareAndSetFailed,
  'nothing-to-take': ExitCode.usage,
  unguarded: ExitCode.usage,
  rejected: ExitCode.partial,
  unknown: ExitCode.partial,
  unverified: ExitCode.partial,
};
