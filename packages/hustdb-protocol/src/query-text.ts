const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;

/** Path and raw query of a request target, one character per byte; nothing is decoded. */
export interface RequestTarget {
  readonly path: string;
  readonly query: string;
}

/** Splits a target at its first `?`; an absolute form (`http://host/…`) loses scheme and host, a `#…` its rest. */
export function splitTarget(target: string): RequestTarget {
  const local = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?#]*/i, '');
  const hash = local.indexOf('#');
  const text = hash < 0 ? local : local.slice(0, hash);
  const mark = text.indexOf('?');
  const path = mark < 0 ? text : text.slice(0, mark);
  return { path: path === '' ? '/' : path, query: mark < 0 ? '' : text.slice(mark + 1) };
}

/**
 * How the HA looks for a parameter: the first place where `name=` stands anywhere in the raw query, also inside another
 * name (`xkey=1` has a `key`), up to the next `&`. `undefined` where it does not stand there; the value may be empty.
 */
export function findInQuery(query: string, name: string): string | undefined {
  const at = query.indexOf(`${name}=`);
  if (at < 0) return undefined;
  const start = at + name.length + 1;
  const end = query.indexOf('&', start);
  return query.slice(start, end < 0 ? query.length : end);
}

/**
 * How a node reads a query: `&` and `;` separate, names count exactly, the last non-empty value of a name wins, an empty
 * value is an absent one. Values stay encoded.
 */
export function parseNodeQuery(query: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (let start = 0; start < query.length; ) {
    const end = pieceEnd(query, start);
    const equals = query.indexOf('=', start);
    if (equals > start && equals < end - 1) {
      parameters.set(query.slice(start, equals), query.slice(equals + 1, end));
    }
    start = end + 1;
  }
  return parameters;
}

function pieceEnd(query: string, start: number): number {
  for (let at = start; at < query.length; at++) {
    const code = query.charCodeAt(at);
    if (code === AMPERSAND || code === SEMICOLON) return at;
  }
  return query.length;
}
