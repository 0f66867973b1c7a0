import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { MigrateSource, MigrateTarget } from '@kvtwin/reconcile';
import type { CallOptions } from '@kvtwin/versioned-value';
import { CliError } from '../command-line/cli-error.js';
import type { CliIo } from '../command-line/cli-io.js';
import type { PasswordFileFlags } from '../options/password-file-option.js';
import { readUsers } from '../proxy/read-users.js';
import { configFolder, ProfileStore } from '../sides/profile-store.js';
import { profileNamed, sideNamed } from '../sides/resolve-sides.js';
import { fillPasswords } from '../sides/url-password.js';
import { withoutCredentials } from '../sides/without-credentials.js';
import { HustDbCopies } from './cluster-source.js';
import { FrontCopies } from './front-source.js';
import { HotRodReplica } from './hotrod-replica.js';
import { HustDbReplica } from './hustdb-replica.js';
import type { Replica, ReplicaReport } from './replica.js';
import { replicaSource } from './replica-source.js';
import { replicaTarget } from './replica-target.js';

/** Where keys are, as a person named it. URLs may hold passwords. */
export type CopiesAddress =
  | { readonly kind: 'replicas'; readonly urls: readonly string[] }
  | { readonly kind: 'cluster'; readonly table: string }
  | { readonly kind: 'front'; readonly url: string };

/** How it can be named, for help and errors. */
export const addressForms =
  'hotrod://host/cache · hustdb://host · both masters of a pair: hustdb://a,hustdb://b · hustdb+ha://front · a table file (hustdbtable.json) · a profile';

/**
 * Understands what a person named as sources and targets, and fills in the passwords that URLs leave out: from the file,
 * else from `KVTWIN_PASSWORD`.
 */
export async function parseAddresses<Texts extends readonly string[]>(
  texts: Texts,
  env: CliIo['env'],
  { passwordFile }: PasswordFileFlags = {},
): Promise<{ readonly [At in keyof Texts]: CopiesAddress }> {
  const parsed = await Promise.all(texts.map((text) => parseAddress(text, env)));
  const filled = [...(await fillPasswords(parsed.flatMap(urlsOf), passwordFile, env))];
  const addresses = parsed.map((address): CopiesAddress => {
    const urls = filled.splice(0, urlsOf(address).length);
    if (address.kind === 'cluster') return address;
    return address.kind === 'front' ? { kind: 'front', url: urls[0]! } : { kind: 'replicas', urls };
  });
  return addresses as unknown as { readonly [At in keyof Texts]: CopiesAddress };
}

function urlsOf(address: CopiesAddress): readonly string[] {
  if (address.kind === 'cluster') return [];
  return address.kind === 'front' ? [address.url] : address.urls;
}

/** Understands what a person named as a source or a target. */
export async function parseAddress(text: string, env: CliIo['env']): Promise<CopiesAddress> {
  if (text.includes('://')) return addressOfUrls(urlsIn(text));
  if (text.startsWith('memory:')) {
    throw new CliError('memory: lives within one process only', { hint: `use one of: ${addressForms}` });
  }
  if (text.endsWith('.json') || existsSync(text)) return { kind: 'cluster', table: resolve(text) };
  const profiles = await new ProfileStore(configFolder(env)).load();
  const { url, first, second, pair } = sideNamed(text, profiles);
  if (url !== undefined) return addressOfUrls(urlsIn(url));
  if (pair !== undefined) return addressOfUrls(urlsIn(pair));
  const sides = [first ?? '', second ?? ''].map((side) =>
    side.includes(':') ? side : (profileNamed(side, profiles).url ?? ''),
  );
  return addressOfUrls(sides);
}

/** `hustdb://a,hustdb://b`, `hustdb://a+hustdb://b` and `hustdb://user:password@a,b` are two nodes each. */
function urlsIn(text: string): string[] {
  const urls = text.split(/\s*,\s*(?=[a-z][a-z+]*:\/\/)|\s*\+\s*(?=hustdb:\/\/)/i);
  const [only = ''] = urls;
  const [, login = '', hosts = ''] = /^hustdb:\/\/(.*@)?([^/?#]*)$/i.exec(only) ?? [];
  if (urls.length > 1 || !hosts.includes(',')) return urls;
  return hosts.split(',').map((host) => `hustdb://${login}${host}`);
}

function addressOfUrls(urls: readonly string[]): CopiesAddress {
  const fronts = urls.filter((url) => /^hustdb\+ha:/i.test(url));
  if (fronts.length > 0 && urls.length > 1) throw new CliError('a front is a whole pair by itself');
  if (urls.length > 2) {
    throw new CliError(`${urls.length} copies are named; a key has one or two`, {
      hint: 'name a cluster of many pairs by its table file',
    });
  }
  if (fronts.length > 0) return { kind: 'front', url: fronts[0]! };
  for (const url of urls) {
    if (!/^(?:hustdb|hotrods?):\/\//i.test(url)) {
      throw new CliError(`nobody knows how to read ${withoutCredentials(url)}`, { hint: addressForms });
    }
  }
  return { kind: 'replicas', urls };
}

/** An address for people, without credentials. */
export function addressText(address: CopiesAddress): string {
  if (address.kind === 'cluster') return address.table;
  return urlsOf(address)
    .map((url) => withoutCredentials(url))
    .join(',');
}

/** What stands at an address, opened. */
export interface OpenCopies {
  source(call: CallOptions): Promise<MigrateSource>;
  /** A CliError where nothing can be written there under guard. */
  target(): MigrateTarget;
  /** What each server tells of itself; rejects where one does not answer. */
  reports(call: CallOptions): Promise<readonly ReplicaReport[]>;
  /** The single replicas; none where only a front is known. */
  readonly replicas: readonly Replica[];
  close(): Promise<void>;
}

/** How nodes of a cluster are logged in to: a file with one `user:password` line, else `KVTWIN_NODE_AUTH`. */
export interface NodeLogin {
  readonly nodeAuthFile?: string | undefined;
}

/** Opens what stands at an address; nothing is asked of it yet. The caller closes it. */
export async function openCopies(
  address: CopiesAddress,
  env: CliIo['env'],
  { nodeAuthFile }: NodeLogin = {},
): Promise<OpenCopies> {
  if (address.kind === 'front') return openFront(await FrontCopies.open(address.url));
  if (address.kind === 'cluster') {
    const [user] = await readUsers(nodeAuthFile, { KVTWIN_AUTH: env.KVTWIN_NODE_AUTH });
    const cluster = await HustDbCopies.open(address.table, user);
    const { replicas } = cluster;
    return {
      source: () => cluster.source(),
      target: () => cluster.target(),
      reports: (call) => Promise.all(replicas.map((replica) => replica.report(call))),
      replicas,
      close: () => cluster.close(),
    };
  }
  const replicas = address.urls.map(replicaAt);
  return {
    source: () => replicaSource(replicas),
    target: () => replicaTarget(replicas),
    reports: (call) => Promise.all(replicas.map((replica) => replica.report(call))),
    replicas,
    close: async () => {
      await Promise.all(replicas.map((replica) => replica.close()));
    },
  };
}

function replicaAt(url: string): Replica {
  return /^hustdb:/i.test(url) ? new HustDbReplica(url) : new HotRodReplica(url);
}

function openFront(front: FrontCopies): OpenCopies {
  return {
    source: (call) => front.source(call),
    target: () => {
      throw new CliError(
        'a HustDB HA front has no put-if-absent, so that nothing can be written under guard',
        {
          hint: 'name the two nodes: hustdb://a,hustdb://b',
        },
      );
    },
    reports: (call) => front.reports(call),
    replicas: [],
    close: () => front.close(),
  };
}
