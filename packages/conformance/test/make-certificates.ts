import { appendFile, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProcess } from '@kvtwin/testkit';

/** Opens every key store made here. */
export const STORE_PASSWORD = 'secret';

/** Certificates made for one run. */
export interface Certificates {
  /** PEM files: the authority, the client's certificate with its key, and one of another authority. */
  readonly authority: string;
  readonly client: string;
  readonly stranger: string;
  /** PKCS#12 with the client's certificate and key. */
  readonly clientStore: string;
}

/**
 * Makes, in `directory`, an authority, `server.p12` with a certificate for localhost and 127.0.0.1, `trust.p12` with those that
 * the server knows, and clients' certificates. Needs openssl, and keytool: Java takes trusted certificates from it only.
 */
export async function makeCertificates(directory: string): Promise<Certificates> {
  const path = (name: string): string => join(directory, name);
  await makeAuthority(path, 'authority');
  await makeAuthority(path, 'other-authority');
  await issue(
    path,
    'server',
    'authority',
    'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n',
  );
  await issue(path, 'client', 'authority', 'extendedKeyUsage=clientAuth\n');
  await issue(path, 'stranger', 'other-authority', 'extendedKeyUsage=clientAuth\n');
  await trust(path, 'authority', 'authority.pem');
  // A truststore realm knows a client by its very certificate; that of its authority does not make it known.
  await copyFile(path('client.pem'), path('known.pem'));
  await trust(path, 'client', 'known.pem');
  for (const name of ['client', 'stranger']) {
    await appendFile(path(`${name}.pem`), await readFile(path(`${name}-key.pem`)));
  }
  return {
    authority: path('authority.pem'),
    client: path('client.pem'),
    stranger: path('stranger.pem'),
    clientStore: path('client.p12'),
  };
}

type PathOf = (name: string) => string;

async function makeAuthority(path: PathOf, name: string): Promise<void> {
  await makeKey(path(`${name}-key.pem`));
  await openssl(
    ...['req', '-x509', '-new', '-key', path(`${name}-key.pem`), '-subj', `/CN=${name}`, '-days', '2'],
    ...['-sha256', '-addext', 'keyUsage=critical,keyCertSign,cRLSign', '-out', path(`${name}.pem`)],
  );
}

async function issue(path: PathOf, name: string, authority: string, extensions: string): Promise<void> {
  const key = path(`${name}-key.pem`);
  await makeKey(key);
  await writeFile(path('extensions'), extensions);
  await openssl('req', '-new', '-key', key, '-subj', `/CN=${name}`, '-out', path('request'));
  await openssl(
    ...['x509', '-req', '-in', path('request'), '-CA', path(`${authority}.pem`)],
    ...['-CAkey', path(`${authority}-key.pem`), '-CAcreateserial', '-days', '2', '-sha256'],
    ...['-extfile', path('extensions'), '-out', path(`${name}.pem`)],
  );
  await openssl(
    ...['pkcs12', '-export', '-name', name, '-in', path(`${name}.pem`), '-inkey', key],
    ...[
      '-certfile',
      path(`${authority}.pem`),
      '-passout',
      `pass:${STORE_PASSWORD}`,
      '-out',
      path(`${name}.p12`),
    ],
  );
  await rm(path('request'));
}

async function makeKey(file: string): Promise<void> {
  await openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', file);
}

async function trust(path: PathOf, alias: string, file: string): Promise<void> {
  const home = process.env.JAVA_HOME;
  await run(home ? join(home, 'bin', 'keytool') : 'keytool', [
    ...['-importcert', '-noprompt', '-keystore', path('trust.p12'), '-storetype', 'PKCS12'],
    ...['-storepass', STORE_PASSWORD, '-alias', alias, '-file', path(file)],
  ]);
}

function openssl(...args: string[]): Promise<void> {
  return run('openssl', args);
}

async function run(program: string, args: string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await runProcess(program, args);
  if (exitCode !== 0) {
    throw new Error(`${program} ${args[0]} failed with ${exitCode}: ${stdout}${stderr}`);
  }
}
