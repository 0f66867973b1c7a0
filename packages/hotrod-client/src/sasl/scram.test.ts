import { describe, expect, it } from 'vitest';
import { SaslError } from './sasl-mechanism.js';
import { ScramMechanism } from './scram.js';

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8');

const EXAMPLES = [
  {
    title: 'RFC 5802 §5',
    hash: 'sha1',
    nonce: 'fyko+d2lbbFgONRv9qkxdawL',
    serverFirst: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    clientFinal: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    serverFinal: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    title: 'RFC 7677 §3',
    hash: 'sha256',
    nonce: 'rOprNGfwEbeRWgbNEkqO',
    serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    clientFinal:
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
] as const;
const [example] = EXAMPLES;

function mechanism(of: (typeof EXAMPLES)[number] = example, authorizationId = ''): ScramMechanism {
  const { hash, nonce } = of;
  return new ScramMechanism({
    hash,
    nonce,
    credentials: { username: 'user', password: 'pencil', authorizationId },
  });
}

async function proven(): Promise<ScramMechanism> {
  const scram = mechanism();
  scram.start();
  await scram.answer(Buffer.from(example.serverFirst));
  return scram;
}

describe('SCRAM', () => {
  it.each(EXAMPLES)('says what $title says', async (of) => {
    const scram = mechanism(of);
    expect(text(scram.start())).toBe(`n,,n=user,r=${of.nonce}`);
    expect(text(await scram.answer(Buffer.from(of.serverFirst)))).toBe(of.clientFinal);
    expect(scram.mayEnd).toBe(false);
    expect(await scram.answer(Buffer.from(of.serverFinal))).toBeUndefined();
    expect(scram.mayEnd).toBe(true);
  });

  it('escapes names, and says whom to act as', () => {
    const credentials = { username: 'a=b,c', password: 'p', authorizationId: 'x,y' };
    const scram = new ScramMechanism({ hash: 'sha256', nonce: 'N', credentials });
    expect(text(scram.start())).toBe('n,a=x=2Cy,n=a=3Db=2Cc,r=N');
  });

  it.each([
    ['another nonce', 'r=XXko+d2lbbFgONRv9qkxdawL3rfc,s=QSXCR+Q6sek8bf92,i=4096', /nonce/],
    ['only the own nonce', `r=${example.nonce},s=QSXCR+Q6sek8bf92,i=4096`, /nonce/],
    ['too few iterations', `r=${example.nonce}x,s=QSXCR+Q6sek8bf92,i=4095`, /4095 SCRAM iterations/],
    ['iterations for years', `r=${example.nonce}x,s=QSXCR+Q6sek8bf92,i=2000000001`, /iterations/],
    ['a mandatory extension', `m=x,r=${example.nonce}x,s=QSXCR+Q6sek8bf92,i=4096`, /cannot be read/],
    ['no salt', `r=${example.nonce}x,i=4096`, /cannot be read/],
    ['nothing', '', /cannot be read/],
  ])('refuses %s', async (_, challenge, message) => {
    const scram = mechanism();
    scram.start();
    await expect((async () => scram.answer(Buffer.from(challenge)))()).rejects.toThrow(message);
    expect(scram.mayEnd).toBe(false);
  });

  it.each([
    ['a wrong signature', 'v=rmF9pqV8S7suAoZWja4dJRkFsKA=', /signature is wrong/],
    ['a short signature', 'v=rmF9', /signature is wrong/],
    ['no signature', '', /signature is wrong/],
    ['an error', 'e=invalid-proof', /invalid-proof/],
  ])('refuses %s', async (_, challenge, message) => {
    const scram = await proven();
    expect(() => scram.answer(Buffer.from(challenge))).toThrow(SaslError);
    expect(() => scram.answer(Buffer.from(challenge))).toThrow(message);
    expect(scram.mayEnd).toBe(false);
  });
});
