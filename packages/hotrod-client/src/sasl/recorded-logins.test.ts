import { operations, RequestDecoder, ResponseDecoder } from '@kvtwin/hotrod-protocol';
import { type HotRodExchange, hotRodExchanges } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { DigestMechanism } from './digest.js';
import { PlainMechanism } from './plain.js';
import type { SaslMechanism } from './sasl-mechanism.js';
import { SCRAM_HASHES, ScramMechanism } from './scram.js';

const credentials = { username: 'user', password: 'password', authorizationId: '' };
const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8');

interface Step {
  readonly mechanism: string;
  readonly response: Uint8Array;
  readonly challenge: Uint8Array;
}

/** A step of a login that succeeded; undefined for the rest. */
function stepOf({ request, response, name }: HotRodExchange): Step | undefined {
  const decoder = new RequestDecoder();
  decoder.push(request);
  const { operation, header, request: body } = decoder.next() ?? {};
  if (operation !== operations.auth || header === undefined || /bad password|unknown user/.test(name)) {
    return undefined;
  }
  const replies = new ResponseDecoder({ pendingOf: () => ({ operation, ...header }) });
  replies.push(response);
  const message = replies.next();
  if (message?.kind !== 'reply') return undefined;
  const { challenge } = message.reply as unknown as { challenge: Uint8Array };
  return { ...(body as { mechanism: string; response: Uint8Array }), challenge };
}

const steps = hotRodExchanges()
  .filter(({ seq }) => seq.startsWith('auth-'))
  .flatMap((row) => {
    const step = stepOf(row);
    return step === undefined ? [] : [{ ...step, title: `${row.seq} ${row.name}` }];
  });

/** The mechanism with the nonce of the recording. */
function recordedMechanism({ mechanism, response }: Step, next: Step | undefined): SaslMechanism {
  if (mechanism === 'PLAIN') return new PlainMechanism(credentials);
  const nonce = /[,^](?:r|cnonce)="?([^",]+)/;
  if (mechanism === 'DIGEST-MD5') {
    const [, cnonce = ''] = nonce.exec(text(next?.response)) ?? [];
    return new DigestMechanism({
      hash: 'md5',
      credentials,
      nonce: cnonce,
      realm: undefined,
      uri: 'hotrod/infinispan',
    });
  }
  const [, clientNonce = ''] = nonce.exec(text(response)) ?? [];
  const hash = SCRAM_HASHES[mechanism as keyof typeof SCRAM_HASHES];
  return new ScramMechanism({ hash, credentials, nonce: clientNonce });
}

describe('the logins recorded from a real server', () => {
  const firsts = steps.filter(({ title }) => /client-first|initial|PLAIN ok/.test(title));

  it('are some of each kind', () => {
    expect(new Set(firsts.map(({ mechanism }) => mechanism))).toEqual(
      new Set(['SCRAM-SHA-256', 'SCRAM-SHA-512', 'SCRAM-SHA-1', 'DIGEST-MD5', 'PLAIN']),
    );
  });

  it.each(firsts)('are said to the byte: $title', async (first) => {
    const second = steps[steps.indexOf(first) + 1];
    const mechanism = recordedMechanism(first, second);
    expect(text(mechanism.start())).toBe(text(first.response));
    if (first.challenge.length > 0) {
      expect(text(await mechanism.answer(first.challenge))).toBe(text(second?.response));
      expect(await mechanism.answer(second?.challenge ?? new Uint8Array())).toBeUndefined();
    }
    expect(mechanism.mayEnd).toBe(true);
  });
});
