import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { freePort, type TemporaryFolder, temporaryFolder } from '@kvtwin/testkit';
import { startInfinispan } from '../src/index.js';
import { configurationDir } from '../src/infinispan-assembly.js';
import { type Certificates, makeCertificates } from './make-certificates.js';

/** User names and passwords that the node knows. */
export const USERS = { app: 'appPw', 'a=b,c': 'p@ss w:rd/%', zoë: 'pässwörd €' } as const;

/** The token that the introspection service takes. */
export const GOOD_TOKEN = 'good.token-1_x';

/** A real server that asks who is there, on six ports of 127.0.0.1. */
export interface SecureNode {
  readonly saslPort: number;
  readonly tlsPort: number;
  readonly mutualTlsPort: number;
  readonly tokenPort: number;
  readonly tokenTlsPort: number;
  /** Its connector names no mechanisms: the server offers what it does by itself. */
  readonly untoldPort: number;
  readonly certificates: Certificates;
  stop(): Promise<void>;
}

/** Makes its certificates, its users and a token service, and starts it. */
export async function startSecureNode(): Promise<SecureNode> {
  const folder = await temporaryFolder();
  const tokens = await startIntrospection();
  try {
    return await start(folder, tokens);
  } catch (error) {
    tokens.close();
    await folder.remove();
    throw error;
  }
}

async function start(folder: TemporaryFolder, tokens: Server): Promise<SecureNode> {
  const directory = join(folder.path, 'conf');
  await mkdir(directory);
  const certificates = await makeCertificates(directory);
  await copyFile(join(configurationDir, 'secure.xml'), join(directory, 'secure.xml'));
  await writeUsers(directory);
  const [tlsPort, mutualTlsPort, tokenPort] = [await freePort(), await freePort(), await freePort()];
  const [tokenTlsPort, untoldPort] = [await freePort(), await freePort()];
  const server = await startInfinispan({
    site: 'secure',
    heapMb: 512,
    configuration: {
      directory,
      file: 'secure.xml',
      properties: {
        'kvtwin.tls-port': String(tlsPort),
        'kvtwin.mtls-port': String(mutualTlsPort),
        'kvtwin.token-port': String(tokenPort),
        'kvtwin.token-tls-port': String(tokenTlsPort),
        'kvtwin.untold-port': String(untoldPort),
        'kvtwin.introspection-port': String(portOf(tokens)),
      },
    },
  });
  return {
    saslPort: server.port,
    tlsPort,
    mutualTlsPort,
    tokenPort,
    tokenTlsPort,
    untoldPort,
    certificates,
    stop: async () => {
      await server.stop();
      tokens.close();
      tokens.closeAllConnections();
      await folder.remove();
    },
  };
}

/** Properties files: separators and what is not ASCII are escaped. */
async function writeUsers(directory: string): Promise<void> {
  const escaped = (text: string): string =>
    text
      .replace(/[\\=: ]/g, '\\$&')
      .replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const lines = Object.entries(USERS).map(([name, password]) => `${escaped(name)}=${escaped(password)}\n`);
  await writeFile(join(directory, 'users.properties'), lines.join(''));
  const groups = Object.keys(USERS).map((name) => `${escaped(name)}=application\n`);
  await writeFile(join(directory, 'groups.properties'), groups.join(''));
}

/** RFC 7662: says whether a token is good. */
async function startIntrospection(): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8');
    });
    request.on('end', () => {
      const active = new URLSearchParams(body).get('token') === GOOD_TOKEN;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(active ? { active, username: 'app' } : { active }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
