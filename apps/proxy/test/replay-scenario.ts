import { randomBytes } from 'node:crypto';
import {
  type HustDbScenario,
  type ScenarioBody,
  type ScenarioStep,
  scenarioBodyBytes,
} from '@kvtwin/testkit';
import { type RawAnswer, RawHttp } from './raw-http.js';

/** Where a scenario is replayed. */
export interface ScenarioSystem {
  readonly ports: { readonly ha: number; readonly m1: number; readonly m2: number };
  /** `user:password` of all three. */
  readonly credentials: string;
  /** Does what a step of control says: `stop m1`, `start m2`. Without it such a scenario cannot be replayed. */
  readonly control?: (command: string) => Promise<void>;
}

/** How long a recorded "no answer" is waited for, in ms, as the recorder did. */
const HANG_MS = 2000;
/** How often a step that waits for something is repeated, in ms. */
const POLL_EVERY_MS = 50;
/** How long an answer may take, in ms, on a machine that is busy with other tests. */
const ANSWER_LIMIT_MS = 15_000;

/** What a step got: an answer, a connection closed without one, or nothing. */
type Got = RawAnswer | 'closed' | 'hangs';

/** Replays a scenario up to its first difference and says what it is; undefined where all answers are as recorded. */
export async function replayScenario(
  scenario: HustDbScenario,
  system: ScenarioSystem,
): Promise<string | undefined> {
  const fill = placeholders(system);
  let connection: RawHttp | undefined;
  try {
    for (const [at, step] of scenario.steps.entries()) {
      if (step.target === 'control') {
        await controlStep(step, system);
        continue;
      }
      const endMs = Date.now() + (step.poll_ms ?? 0);
      let difference: string | undefined;
      do {
        if (step.reuse !== true || difference !== undefined) {
          connection?.close();
          connection = undefined;
        }
        if (difference !== undefined) await sleep(POLL_EVERY_MS);
        connection ??= await RawHttp.open(system.ports[step.target]);
        difference = compare(step, await send(connection, step, fill), fill);
      } while (difference !== undefined && Date.now() < endMs);
      if (difference !== undefined) {
        const { method, path } = step.request!;
        return `step ${at + 1}: ${step.target} ${method} ${fill(path).slice(0, 100)}: ${difference}`;
      }
    }
    return undefined;
  } finally {
    connection?.close();
  }
}

async function controlStep(step: ScenarioStep, { control }: ScenarioSystem): Promise<void> {
  const command = step.control ?? '';
  const ms = /^sleep_ms (\d+)$/.exec(command)?.[1];
  if (ms !== undefined) return sleep(Number(ms));
  if (control === undefined) throw new Error(`this replay cannot ${command}`);
  return control(command);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function send(connection: RawHttp, step: ScenarioStep, fill: Fill): Promise<Got> {
  const request = step.request!;
  const headers = Object.entries(request.headers ?? {}).map(([name, value]) => `${name}: ${fill(value)}`);
  const body = bodyOf(request, fill);
  const has = (name: string) => headers.some((line) => line.toLowerCase().startsWith(`${name}:`));
  const chunked = has('transfer-encoding');
  if (!has('host')) headers.unshift('Host: scenario');
  if (body.length > 0 && !chunked && !has('content-length')) headers.push(`Content-Length: ${body.length}`);
  const line = `${request.method} ${fill(request.path)} HTTP/${request.http ?? '1.1'}`;
  connection.send(`${[line, ...headers].join('\r\n')}\r\n\r\n`);
  connection.send(chunked ? chunks(body) : body);
  const limitMs = step.response?.hang ? HANG_MS : ANSWER_LIMIT_MS;
  const late = new Promise<'hangs'>((resolve) => setTimeout(resolve, limitMs, 'hangs').unref());
  return (await Promise.race([connection.answer({ head: request.method === 'HEAD' }), late])) ?? 'closed';
}

function chunks(body: Uint8Array): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += 7) {
    const part = body.subarray(at, at + 7);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), Buffer.from(part), Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}

function compare(step: ScenarioStep, got: Got, fill: Fill): string | undefined {
  const expected = step.response!;
  const wanted = expected.closed ? 'closed' : expected.hang ? 'hangs' : undefined;
  if (wanted !== undefined) return got === wanted ? undefined : `expected ${wanted}, got ${shown(got)}`;
  if (typeof got === 'string') return `expected ${expected.status}, got ${got}`;
  if (got.status !== expected.status) return `expected ${expected.status}, got ${shown(got)}`;
  for (const name of step.compare?.headers ?? []) {
    const values = (list: readonly (readonly [string, string])[]) =>
      JSON.stringify(
        list.filter(([known]) => known.toLowerCase() === name.toLowerCase()).map(([, value]) => fill(value)),
      );
    const [want, have] = [values(expected.headers ?? []), values(got.headers)];
    if (want !== have) return `header ${name}: expected ${want}, got ${have}`;
  }
  return compareBody(step, got, fill);
}

function compareBody(step: ScenarioStep, got: RawAnswer, fill: Fill): string | undefined {
  const want = Buffer.from(bodyOf(step.response!, fill));
  switch (step.compare?.body ?? 'exact') {
    case 'ignore':
      return undefined;
    case 'exact':
      return want.equals(got.body)
        ? undefined
        : `body: expected ${want.length} bytes, got ${got.body.length}`;
    case 'json':
      return canonical(want) === canonical(got.body) ? undefined : `body: expected ${want}, got ${got.body}`;
    case 'json-unordered':
      return unordered(want) === unordered(got.body) ? undefined : `body: expected ${want}, got ${got.body}`;
    case 'json-contains': {
      const items = new Set((JSON.parse(got.body.toString()) as unknown[]).map((item) => sorted(item)));
      const missing = (JSON.parse(want.toString()) as unknown[]).filter((item) => !items.has(sorted(item)));
      return missing.length === 0 ? undefined : `body: ${JSON.stringify(missing)} is not in ${got.body}`;
    }
    default:
      return `this replay cannot compare a body by ${step.compare?.body}`;
  }
}

/** Arrays in any order. */
function unordered(json: Buffer): string {
  return sorted(JSON.parse(json.toString()));
}

function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).sort().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, one]) => `${JSON.stringify(name)}:${sorted(one)}`).join()}}`;
}

function canonical(json: Buffer): string {
  return JSON.stringify(JSON.parse(json.toString()));
}

function shown(got: Got): string {
  return typeof got === 'string' ? got : `${got.status} ${got.body.toString('latin1').slice(0, 80)}`;
}

type Fill = (text: string) => string;

function placeholders({ ports, credentials }: ScenarioSystem): Fill {
  const values: Record<string, string> = {
    RUN: randomBytes(3).toString('hex'),
    AUTH: `Basic ${Buffer.from(credentials).toString('base64')}`,
    HA: `127.0.0.1:${ports.ha}`,
    M1: `127.0.0.1:${ports.m1}`,
    M2: `127.0.0.1:${ports.m2}`,
  };
  return (text) =>
    text
      .replace(/\{(RUN|AUTH|HA|M1|M2)\}/g, (_, name: string) => values[name]!)
      .replace(/\{B64:([^{}]*)\}/g, (_, plain: string) => Buffer.from(plain).toString('base64'));
}

function bodyOf(body: ScenarioBody, fill: Fill): Uint8Array {
  const filled = (part: ScenarioBody): ScenarioBody => ({
    ...part,
    ...(part.body_text === undefined ? {} : { body_text: fill(part.body_text) }),
    ...(part.body_parts === undefined ? {} : { body_parts: part.body_parts.map(filled) }),
  });
  return scenarioBodyBytes(filled(body));
}
