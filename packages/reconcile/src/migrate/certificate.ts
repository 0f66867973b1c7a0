import { encodeUtf8 } from '@kvtwin/bytes';
import { type Sha256, sha256Hex } from '@kvtwin/replica-pair';
import { StoreError } from '@kvtwin/versioned-value';
import type { VerifyResult } from './verify-migration.js';

/** What a certificate names besides what was found. */
export interface CertificateSubject {
  /** Without credentials. */
  readonly source: string;
  readonly target: string;
  /** SHA-256 of the mapping file, lower-case hex; null: none was used. */
  readonly mappingSha256: string | null;
  readonly tool: string;
  /** ISO 8601. */
  readonly issuedAt: string;
  /** The migration that was verified. */
  readonly job?: string;
}

/** A verification on record. */
export interface Certificate extends CertificateSubject {
  readonly format: 'kvtwin.certificate/1';
  readonly addsUp: boolean;
  readonly counts: Omit<VerifyResult['total'], 'digests'> & { readonly extra: number };
  /** Sums, modulo 2^256, of the digests of all entries that were to be copied, and of what the target holds for them. */
  readonly digests: VerifyResult['total']['digests'];
  readonly places: readonly object[];
  readonly elapsedMs: number;
  /** SHA-256 over the canonical JSON of all other fields, lower-case hex. */
  readonly sha256: string;
}

/** Writes down what a verification found. */
export async function makeCertificate(
  subject: CertificateSubject,
  { addsUp, elapsedMs, extra, places, total }: VerifyResult,
  sha256?: Sha256,
): Promise<Certificate> {
  const { digests, ...counts } = total;
  const content = {
    format: 'kvtwin.certificate/1',
    ...subject,
    addsUp,
    counts: { ...counts, extra },
    digests,
    places: places.map(({ place, ...found }) => ({ ...place, ...found })),
    elapsedMs: Math.round(elapsedMs),
  } as const;
  return { ...content, sha256: await sha256Hex(encodeUtf8(canonicalJson(content)), sha256) };
}

/** Reads a certificate; `STORE_INVALID_ARGUMENT` for what is none. Whether it is as it was written, `intact` tells. */
export async function parseCertificate(
  text: string,
  sha256?: Sha256,
): Promise<{ readonly certificate: Certificate; readonly intact: boolean }> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw refusal('it is no JSON', cause);
  }
  if (typeof json !== 'object' || json === null || (json as Certificate).format !== 'kvtwin.certificate/1') {
    throw refusal('it has not the format kvtwin.certificate/1');
  }
  const { sha256: told, ...content } = json as Certificate;
  const found = await sha256Hex(encodeUtf8(canonicalJson(content)), sha256);
  return { certificate: json as Certificate, intact: found === told };
}

/** JSON without white space, the fields of objects in the order of their names: one text for one value. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}

function refusal(why: string, cause?: unknown): StoreError {
  return new StoreError(`this is no certificate: ${why}`, {
    code: 'STORE_INVALID_ARGUMENT',
    operation: 'verify',
    cause,
  });
}
