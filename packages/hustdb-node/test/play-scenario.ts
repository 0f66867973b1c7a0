import { connect } from 'node:net';
import { bytesToLatin1, parseRawHttpReply } from '@kvtwin/hustdb-protocol';
import {
  type HustDbScenario,
  type ScenarioBody,
  type ScenarioStep,
  scenarioBodyBytes,
} from '@kvtwin/testkit';
import { expect } from 'vitest';

/** What a scenario is played against. */
export interface ScenarioStage {
  readonly ports: { readonly ha?: number; readonly m1: number; readonly m2: number };
  readonly authorization: string;
  /** Lets milliseconds pass. */
  passTime(ms: number): void;
}

/** Plays a scenario on fresh names; fails at the first answer that is not as recorded. */
export async function playScenario({ steps }: HustDbScenario, stage: ScenarioStage): Promise<void> {
  const run = Math.random().toString(36).slice(2, 8).padEnd(6, '0');
  for (const step of steps) {
    if (step.target === 'control')
      stage.passTime(Number(/sleep_ms (\d+)/.exec(step.control ?? '')?.[1] ?? 0));
    else await playUntil(step, stage, run);
  }
}

/** How often a step that is to be repeated is. */
const POLL_EVERY_MS = 30;

/** A step with `poll_ms` is repeated for that long until it compares; that of a real system is cut to 10 s. */
async function playUntil(step: ScenarioStep, stage: ScenarioStage, run: string): Promise<void> {
  const deadline = performance.now() + Math.min(step.poll_ms ?? 0, 10_000);
  for (;;) {
    try {
      await play(step, stage, run);
      return;
    } catch (error) {
      if (performance.now() >= deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
    }
  }
}

async function play(step: ScenarioStep, { ports, authorization }: ScenarioStage, run: string): Promise<void> {
  const { request, response, target } = step;
  if (request === undefined || response === undefined || target === 'control')
    throw new Error('a step without a request or a response');
  const fill = (text: string): string =>
    text
      .replaceAll('{RUN}', run)
      .replaceAll('{AUTH}', authorization)
      .replaceAll('{M1}', `127.0.0.1:${ports.m1}`)
      .replaceAll('{M2}', `127.0.0.1:${ports.m2}`);
  const bodyOf = (body: ScenarioBody): Uint8Array =>
    scenarioBodyBytes(body.body_text === undefined ? body : { ...body, body_text: fill(body.body_text) });
  const body = bodyOf(request);
  const headers = Object.entries(request.headers ?? {}).map(([name, value]) => `${name}: ${fill(value)}`);
  const chunked = headers.some((header) => /^transfer-encoding: chunked/i.test(header));
  if (!chunked && (body.length > 0 || request.method === 'POST'))
    headers.push(`Content-Length: ${body.length}`);
  const head = [`${request.method} ${fill(request.path)} HTTP/1.1`, 'Host: 127.0.0.1', ...headers];
  const raw = await converse(ports[target]!, [
    Buffer.from(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n`, 'latin1'),
    chunked ? chunkedBody(body) : body,
  ]);
  if (response.closed === true) {
    expect(raw.length, request.path).toBe(0);
    return;
  }
  const reply = parseRawHttpReply(raw, { head: request.method === 'HEAD' });
  const at = `${target} ${request.method} ${request.path}`;
  expect(reply.status, at).toBe(response.status);
  const recorded = (response.headers ?? []).map(([name, value]) => [name, fill(value)] as const);
  for (const name of step.compare?.headers ?? []) {
    expect([at, name, valuesOf(reply.headers, name)]).toEqual([at, name, valuesOf(recorded, name)]);
  }
  compareBodies(step, bytesToLatin1(reply.body), bytesToLatin1(bodyOf(response)), at);
}

function compareBodies(step: ScenarioStep, played: string, recorded: string, at: string): void {
  const rows = (text: string): string[] =>
    (JSON.parse(text) as unknown[]).map((row) => JSON.stringify(row)).sort();
  switch (step.compare?.body) {
    case 'exact':
      expect(played, at).toBe(step.request?.method === 'HEAD' ? '' : recorded);
      return;
    case 'json':
      expect(JSON.parse(played), at).toEqual(JSON.parse(recorded));
      return;
    case 'json-unordered':
      expect(rows(played), at).toEqual(rows(recorded));
      return;
    case 'json-contains':
      expect(rows(played), at).toEqual(expect.arrayContaining(rows(recorded)));
  }
}

function valuesOf(headers: readonly (readonly [string, string])[], name: string): string[] {
  return headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}

function chunkedBody(body: Uint8Array): Uint8Array {
  const head = Buffer.from(`${body.length.toString(16)}\r\n`);
  return Buffer.concat([head, body, Buffer.from('\r\n0\r\n\r\n')]);
}

/** Sends a request on a connection of its own and reads until the other end closes it. */
function converse(port: number, request: readonly Uint8Array[]): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat(request)));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => resolve(Buffer.concat(chunks)));
    socket.on('error', reject);
  });
}
