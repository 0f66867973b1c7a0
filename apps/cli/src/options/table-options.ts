import type { StoreSelector, StoreType } from '@kvtwin/versioned-value';
import { type Command, Option } from 'commander';
import { CliError } from '../command-line/cli-error.js';

/** The flags that say which keys of a side are meant. */
export interface TableFlags {
  readonly type?: StoreType;
  readonly table?: string;
}

/** Adds the flags that say which keys are meant. */
export function addTableOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-t, --type <type>', 'what to look at (default: kv, or hash with --table)').choices([
        'kv',
        'hash',
        'set',
        'zset',
      ]),
    )
    .option('--table <name>', 'the table of a hash, set or zset');
}

/** Which store the flags mean. */
export function selectorOf({ type, table }: TableFlags): StoreSelector {
  const wanted = type ?? (table === undefined ? 'kv' : 'hash');
  if (wanted === 'kv') {
    if (table !== undefined)
      throw new CliError('a kv has no table', { hint: 'leave out --table, or add --type hash' });
    return { type: 'kv' };
  }
  if (table === undefined || table === '') {
    throw new CliError(`a ${wanted} needs its table`, { hint: `add --table NAME` });
  }
  return { type: wanted, table };
}
