/** What went wrong in TLS, for people; undefined where it was something else. */
export function tlsFailureOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const { code = '' } = cause as NodeJS.ErrnoException;
  for (const [pattern, explain] of EXPLANATIONS) {
    if (pattern.test(code) || pattern.test(cause.message)) return explain(cause.message);
  }
  return /^ERR_(?:SSL|TLS|OSSL)_|^EPROTO$/.test(code) ? cause.message : undefined;
}

const UNTRUSTED =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(?:_LOCALLY)?|CERT_UNTRUSTED|INVALID_CA|CERT_SIGNATURE_FAILURE)$/;

const EXPLANATIONS: readonly (readonly [RegExp, (message: string) => string])[] = [
  [
    UNTRUSTED,
    (message) =>
      `nobody who is trusted has signed the server's certificate (${message}); give its authority as tls.ca or trust_store_file_name`,
  ],
  [/^CERT_HAS_EXPIRED$/, () => "the server's certificate has expired"],
  [/^CERT_NOT_YET_VALID$/, () => "the server's certificate is not valid yet; is the clock right?"],
  [/^CERT_/, (message) => `the server's certificate is refused: ${message}`],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, (message) => `the server's certificate is for another name: ${message}`],
  [/wrong version number|packet length too long/i, () => 'the server does not speak TLS on this port'],
  [
    /alert certificate required|peer did not return a certificate/i,
    () => 'the server wants a client certificate; give tls.cert and tls.key, or key_store_file_name',
  ],
  [
    /alert (?:bad certificate|certificate unknown|unknown ca|certificate expired|certificate revoked|unsupported certificate|access denied)/i,
    (message) => `the server refuses the client's certificate (${message})`,
  ],
];
