import { HustDbProtocolError, nodesOf, parseTableFile, type TableFile } from '@kvtwin/hustdb-protocol';
import type { Two } from '@kvtwin/versioned-value';

/**
 * The two masters that take writes of a routed text by a cluster's table file (`/get_table`): `host:port` of the first and
 * the second. Undefined where the file is none.
 */
export function mastersOf(tableFile: string, routed: Uint8Array): Two<string> | undefined {
  const table = tableOf(tableFile);
  return table === undefined ? undefined : nodesOf(table, routed).write;
}

/** The two masters of a cluster that is one pair; undefined for one of many pairs, or a file that is none. */
export function onlyMastersOf(tableFile: string): Two<string> | undefined {
  const slots = new Set(tableOf(tableFile)?.slots);
  const [only] = slots;
  return slots.size === 1 ? only?.write : undefined;
}

function tableOf(text: string): TableFile | undefined {
  try {
    return parseTableFile(text);
  } catch (error) {
    if (HustDbProtocolError.is(error)) return undefined;
    throw error;
  }
}
