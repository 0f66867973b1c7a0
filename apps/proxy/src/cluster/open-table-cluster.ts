import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ProxyError } from '../proxy-error.js';
import type { ProxyUser } from '../proxy-options.js';
import type { Cluster } from './cluster.js';
import { TableCluster } from './table-cluster.js';
import { TableUpload } from './table-upload.js';

/** How a table file is served. */
export interface TableFileOptions {
  /** `hustdbtable.json`. */
  readonly path: string;
  readonly nodeUser: ProxyUser | undefined;
  readonly setTableKey: string | undefined;
  readonly lingerMs: number;
}

/** Opens the cluster that a table file describes. Rejects with `PROXY_INVALID_TABLE`, or `PROXY_INVALID_OPTIONS` for a bad key. */
export async function openTableCluster(options: TableFileOptions): Promise<Cluster> {
  const { path, nodeUser, lingerMs, setTableKey } = options;
  if (setTableKey !== undefined) checkKey(setTableKey);
  const cluster = await TableCluster.open(await textOf(path), { nodeUser, lingerMs });
  const load = (text: string): Promise<void> => cluster.load(text);
  const upload = new TableUpload({ path, publicKey: setTableKey, load });
  return Object.assign(cluster, { upload, reload: async () => load(await textOf(path)) });
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new ProxyError('PROXY_INVALID_TABLE', `the table file ${path} cannot be read: ${cause}`, { cause });
  }
}

function checkKey(pem: string): void {
  let type: string | undefined;
  try {
    type = createPublicKey(pem).asymmetricKeyType;
  } catch (cause) {
    throw new ProxyError('PROXY_INVALID_OPTIONS', 'setTableKey is no public key in PEM', { cause });
  }
  if (type !== 'rsa')
    throw new ProxyError('PROXY_INVALID_OPTIONS', `setTableKey must be an RSA key, not ${type}`);
}
