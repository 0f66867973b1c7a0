import type { PairWrite, SideWrite, StoreError, Two } from '@kvtwin/versioned-value';
import { ExitCode } from '../command-line/exit-code.js';
import { exitCodeOfErrors } from '../command-line/pair-exit-code.js';
import { displayWidth, padEndColumns } from '../output/display-width.js';
import { escapeControls, formatKeyHeading, type KeyJson, keyToJson } from '../output/key-text.js';
import type { Colors } from '../output/output.js';
import { formatVersion } from '../output/version-text.js';

/** What a write did, and what it was about. */
export interface WrittenKey {
  readonly key: Uint8Array;
  readonly write: PairWrite;
  readonly names: Two<string>;
  /** Removing what is not there is done already. */
  readonly absentIsDone: boolean;
}

/** A write as lines for people. */
export function viewPairWrite(written: WrittenKey, colors: Colors): string[] {
  const width = Math.max(...written.names.map(displayWidth));
  return [
    colors.bold(formatKeyHeading(written.key)),
    ...written.write.sides.map(
      (side, at) => `  ${padEndColumns(written.names[at]!, width)}  ${sideText(side, written, colors)}`,
    ),
  ];
}

function sideText(side: SideWrite, written: WrittenKey, colors: Colors): string {
  const version = 'version' in side && side.version !== undefined ? formatVersion(side.version) : undefined;
  if (side.state === 'applied')
    return colors.green('applied') + (version === undefined ? '' : `  v ${version}`);
  if (side.state === 'not-sent') return colors.dim('not sent');
  if (side.state === 'unknown') return colors.magenta(`unknown: ${errorText(side.error)}`);
  if (isDone(side, written)) return colors.dim('absent already');
  if (side.error !== undefined) return colors.red(`rejected: ${errorText(side.error)}`);
  const current = version === undefined ? '' : `; the version is ${version}`;
  return colors.red(`rejected: ${reasonText(side.reason)}${current}`);
}

function reasonText(reason: string): string {
  if (reason === 'mismatch') return 'another version than --if-version says';
  if (reason === 'absent') return 'there is no such key';
  return reason;
}

function errorText(error: StoreError): string {
  return `${escapeControls(error.message)} (${error.code})`;
}

function isDone(side: SideWrite, { absentIsDone }: WrittenKey): boolean {
  return side.state === 'applied' || (absentIsDone && side.state === 'rejected' && side.reason === 'absent');
}

/** A write as JSON. */
export function pairWriteToJson({ key, write, names }: WrittenKey): KeyJson & { sides: unknown[] } {
  return {
    ...keyToJson(key),
    sides: write.sides.map((side, at) => ({
      name: names[at],
      state: side.state,
      ...('reason' in side ? { reason: side.reason } : {}),
      ...('version' in side && side.version !== undefined ? { version: side.version.token } : {}),
      ...('error' in side && side.error !== undefined
        ? { error: { code: side.error.code, message: side.error.message } }
        : {}),
    })),
  };
}

/** 0 done · 6 a version did not match · 3 one side took it and the other did not · else why none took it. */
export function exitCodeOfPairWrite(written: WrittenKey): ExitCode {
  const sent = written.write.sides.filter((side) => side.state !== 'not-sent');
  if (sent.every((side) => isDone(side, written))) return ExitCode.ok;
  if (sent.some((side) => side.state === 'rejected' && side.reason !== 'error' && !isDone(side, written))) {
    return ExitCode.compareAndSetFailed;
  }
  if (sent.some((side) => side.state === 'applied')) return ExitCode.partial;
  return exitCodeOfErrors(
    sent.flatMap((side) => ('error' in side && side.error !== undefined ? [side.error] : [])),
  );
}
