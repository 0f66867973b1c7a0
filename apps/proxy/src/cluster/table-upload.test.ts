import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TableUpload } from './table-upload.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

function opened(publicPem: string | undefined = pem) {
  const clock = { nowMs: 0 };
  const upload = new TableUpload({
    path: '/nowhere/table.json',
    publicKey: publicPem,
    load: async () => {},
    nowMs: () => clock.nowMs,
  });
  const challenge = (): string => {
    const { body } = upload.challenge();
    const padded = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, body!);
    return padded.subarray(padded.indexOf(0, 2) + 1).toString();
  };
  return { upload, clock, challenge };
}

const table = Buffer.from('{}');

describe('the ids under which a table is taken', () => {
  it('are numbers, each another, and good for one attempt', async () => {
    const { upload, challenge } = opened();
    const [one, other] = [challenge(), challenge()];
    expect([one, other]).toEqual([expect.stringMatching(/^\d+$/), expect.stringMatching(/^\d+$/)]);
    expect(one).not.toBe(other);
    // The folder is not there, so that the file cannot be written.
    expect(await upload.submit(one, table)).toEqual({ status: 400, errorCode: 2 });
    expect(await upload.submit(one, table)).toEqual({ status: 400 });
  });

  it('are used up by an empty body too, and over after ten seconds', async () => {
    const { upload, clock, challenge } = opened();
    const [empty, late] = [challenge(), challenge()];
    expect(await upload.submit(empty, Buffer.alloc(0))).toEqual({ status: 400 });
    expect(await upload.submit(empty, table)).toEqual({ status: 400 });
    clock.nowMs = 10_000;
    expect(await upload.submit(late, table)).toEqual({ status: 400 });
  });

  it('are at most 128 at a time', () => {
    const { upload, clock } = opened();
    for (let at = 0; at < 128; at++) expect(upload.challenge().status).toBe(200);
    expect(upload.challenge()).toEqual({ status: 404 });
    clock.nowMs = 10_000;
    expect(upload.challenge().status).toBe(200);
  });

  it('are not given out without a key', () => {
    const upload = new TableUpload({ path: 'x', publicKey: undefined, load: async () => {} });
    expect(upload.challenge()).toEqual({ status: 405 });
  });
});
