import type { OperationDefinition } from './operation-definition.js';
import { addClientListener } from './operations/add-client-listener.js';
import { auth } from './operations/auth.js';
import { authMechList } from './operations/auth-mech-list.js';
import { clear } from './operations/clear.js';
import { containsKey } from './operations/contains-key.js';
import { get } from './operations/get.js';
import { getAll } from './operations/get-all.js';
import { getWithMetadata } from './operations/get-with-metadata.js';
import { iterationEnd } from './operations/iteration-end.js';
import { iterationNext } from './operations/iteration-next.js';
import { iterationStart } from './operations/iteration-start.js';
import { ping } from './operations/ping.js';
import { put } from './operations/put.js';
import { putAll } from './operations/put-all.js';
import { putIfAbsent } from './operations/put-if-absent.js';
import { remove } from './operations/remove.js';
import { removeClientListener } from './operations/remove-client-listener.js';
import { removeIfUnmodified } from './operations/remove-if-unmodified.js';
import { replace } from './operations/replace.js';
import { replaceIfUnmodified } from './operations/replace-if-unmodified.js';
import { size } from './operations/size.js';
import { stats } from './operations/stats.js';

/** Every operation defined here, by name. A new one is a file in `operations/` and a line here. */
export const operations = {
  ping,
  get,
  getWithMetadata,
  containsKey,
  put,
  putIfAbsent,
  replace,
  replaceIfUnmodified,
  remove,
  removeIfUnmodified,
  clear,
  size,
  getAll,
  putAll,
  iterationStart,
  iterationNext,
  iterationEnd,
  stats,
  addClientListener,
  removeClientListener,
  authMechList,
  auth,
} as const;

/** Name of a defined operation. */
export type OperationName = keyof typeof operations;

const BY_OPCODE: (OperationDefinition | undefined)[] = [];
for (const operation of Object.values(operations)) {
  BY_OPCODE[operation.requestOpcode] = operation;
}

/** The operation of a request opcode; undefined for one without a definition. */
export function operationOfOpcode(requestOpcode: number): OperationDefinition | undefined {
  return BY_OPCODE[requestOpcode];
}
