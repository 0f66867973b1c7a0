import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls';
import { ExitCode } from '../command-line/exit-code.js';
import { formatLatency } from '../output/format-latency.js';
import { type Check, codeOf, fail, note, ok, reasonOf, warn } from './check.js';

/** Time to renew a certificate: what authorities warn at. */
const renewalDays = 30;
const dayMs = 86_400_000;

/** A server's address. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Whether a server's name is known and its port open. `reached`: whether it makes sense to go on. */
export async function reachChecks(
  { host, port }: Address,
  timeoutMs: number,
): Promise<{ readonly checks: readonly Check[]; readonly reached: boolean }> {
  const checks: Check[] = [];
  if (isIP(host) === 0) {
    const named = await nameCheck(host, timeoutMs);
    checks.push(named);
    if (named.status === 'fail') return { checks, reached: false };
  }
  const connected = await connectCheck({ host, port }, timeoutMs);
  checks.push(connected);
  return { checks, reached: connected.status === 'ok' };
}

async function nameCheck(host: string, timeoutMs: number): Promise<Check> {
  try {
    const found = await within(lookup(host, { all: true }), timeoutMs);
    return ok('name', `${host} is ${found.map(({ address }) => address).join(', ')}`);
  } catch (error) {
    const advice = 'check the host name, /etc/hosts and the name server';
    return fail('name', `the name ${host} is not known: ${reasonOf(error)}`, advice, ExitCode.unreachable);
  }
}

async function connectCheck(address: Address, timeoutMs: number): Promise<Check> {
  const beganMs = performance.now();
  const where = `${address.host}:${address.port}`;
  try {
    const socket = connectTcp(address);
    try {
      await within(event(socket, 'connect'), timeoutMs);
      return ok('connect', `${where} takes connections (${formatLatency(performance.now() - beganMs)})`);
    } finally {
      socket.destroy();
    }
  } catch (error) {
    const refused = codeOf(error) === 'ECONNREFUSED';
    const advice = refused
      ? 'nothing listens there: check the port, and that the server is running'
      : 'check the address, and the firewall between here and there';
    return fail('connect', `${where} cannot be reached: ${reasonOf(error)}`, advice, ExitCode.unreachable);
  }
}

/** What a server's certificate says: who it is for, until when, and whether it is trusted. */
export async function tlsChecks(
  { host, port }: Address,
  options: ConnectionOptions,
  timeoutMs: number,
  nowMs: number,
): Promise<Check[]> {
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const socket = connectTls({ ...servername, ...options, host, port, rejectUnauthorized: false });
  try {
    await within(event(socket, 'secureConnect'), timeoutMs);
    return certificateChecks(socket, options.servername ?? host, nowMs);
  } catch (error) {
    const advice = 'check that the server speaks TLS on this port: hotrods:// is with TLS, hotrod:// without';
    return [fail('tls', `no TLS with ${host}:${port}: ${reasonOf(error)}`, advice, ExitCode.unreachable)];
  } finally {
    socket.destroy();
  }
}

function certificateChecks(socket: TLSSocket, host: string, nowMs: number): Check[] {
  const certificate = socket.getPeerCertificate();
  const mismatch = checkServerIdentity(host, certificate);
  const untilMs = Date.parse(certificate.valid_to);
  return [
    ok('tls', `${socket.getProtocol()}, certificate for ${subjectOf(certificate)}`),
    validityCheck(untilMs, nowMs),
    mismatch === undefined
      ? ok('tls-name', `the certificate is for ${host}`)
      : fail(
          'tls-name',
          mismatch.message,
          'connect by a name of the certificate, or renew it',
          ExitCode.unreachable,
        ),
    trustCheck(socket),
  ];
}

function subjectOf({
  subject,
  subjectaltname,
}: {
  subject?: { CN?: string | string[] };
  subjectaltname?: string;
}): string {
  return String(subject?.CN ?? subjectaltname ?? 'nobody');
}

function validityCheck(untilMs: number, nowMs: number): Check {
  const days = Math.floor((untilMs - nowMs) / dayMs);
  const until = Number.isNaN(untilMs) ? 'an unknown day' : new Date(untilMs).toISOString().slice(0, 10);
  const advice = 'renew the certificate of the server';
  if (days < 0)
    return fail('tls-validity', `the certificate ended on ${until}`, advice, ExitCode.unreachable);
  if (days < renewalDays)
    return warn('tls-validity', `the certificate ends on ${until}, in ${days} days`, advice);
  return ok('tls-validity', `the certificate is valid until ${until} (${days} days)`);
}

function trustCheck({ authorized, authorizationError }: TLSSocket): Check {
  if (authorized) return ok('tls-trust', 'its authority is trusted');
  const why = String(authorizationError);
  if (/EXPIRED|ALTNAME/.test(why)) return note('tls-trust', `trust was not looked at further: ${why}`);
  const advice = 'name the authority: ?trust_store_file_name=ca.pem in the URL, or NODE_EXTRA_CA_CERTS';
  return fail('tls-trust', `its authority is not trusted: ${why}`, advice, ExitCode.unreachable);
}

function event(emitter: NodeJS.EventEmitter, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    emitter.once(name, () => resolve());
    emitter.on('error', reject);
  });
}

/** What comes of it, or an error after so long. */
export async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
