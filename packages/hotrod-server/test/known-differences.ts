const notStored = 'the entry was written by an operation that is not served';
const notListening = 'the listener was added by an operation that is not served';
const notConverted = 'only conversions that keep the bytes are served';

/** Recorded exchanges that this server answers otherwise, `seq / name`, each with the reason. */
export const knownDifferences: ReadonlyMap<string, string> = new Map([
  ['bloom-4.1 / getWithMetadata n1 (adds key to the server-side filter)', notStored],
  ['bloom-4.1 / removeClientListener', notListening],
  ['stream-4.1 / get result', notStored],
  ['op-version-gating / getAll on 2.0', notStored],
  ['mediatype-2.8 / get with params charset=utf-16 on value', notConverted],
  ['mediatype-2.8 / get value as application/x-protostream', notConverted],
  ['mediatype-4.1 / get with params charset=utf-16 on value', notConverted],
  ['mediatype-4.1 / get value as application/x-protostream', notConverted],
]);
