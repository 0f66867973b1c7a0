/** Headers in wire order, with repetitions: `[name, value]`. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/**
 * Headers as any transport has them: a list of pairs, a record whose repeated headers are arrays, or anything that gives
 * out pairs, such as the `Headers` of `fetch`.
 */
export type HeaderInput =
  | HeaderList
  | Iterable<readonly [name: string, value: string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Every value of `name` (any case), in wire order. */
export function headerValues(headers: HeaderInput, name: string): string[] {
  const wanted = name.toLowerCase();
  const values: string[] = [];
  if (isList(headers)) {
    for (let at = 0; at < headers.length; at++) {
      const header = headers[at]!;
      if (isNamed(header[0], wanted)) values.push(header[1]);
    }
    return values;
  }
  if (isIterable(headers)) {
    for (const [key, value] of headers) if (isNamed(key, wanted)) values.push(value);
    return values;
  }
  for (const key of Object.keys(headers)) {
    const value = isNamed(key, wanted) ? headers[key] : undefined;
    if (typeof value === 'string') values.push(value);
    else if (value !== undefined) values.push(...value);
  }
  return values;
}

/** The first value of `name` (any case). */
export function headerValue(headers: HeaderInput, name: string): string | undefined {
  const wanted = name.toLowerCase();
  if (isList(headers)) {
    for (let at = 0; at < headers.length; at++) {
      const header = headers[at]!;
      if (isNamed(header[0], wanted)) return header[1];
    }
    return undefined;
  }
  if (isIterable(headers)) {
    for (const [key, value] of headers) if (isNamed(key, wanted)) return value;
    return undefined;
  }
  for (const key of Object.keys(headers)) {
    const value = isNamed(key, wanted) ? headers[key] : undefined;
    const first = typeof value === 'string' ? value : value?.[0];
    if (first !== undefined) return first;
  }
  return undefined;
}

/** Every reply is asked for half a dozen headers: most names differ in their length already. */
function isNamed(key: string, wanted: string): boolean {
  return key.length === wanted.length && (key === wanted || key.toLowerCase() === wanted);
}

/** What our own transports hand in; walked by index, for an iterator and its pairs cost more than the look. */
function isList(headers: HeaderInput): headers is HeaderList {
  return Array.isArray(headers);
}

function isIterable(headers: HeaderInput): headers is Iterable<readonly [string, string]> {
  return Symbol.iterator in headers;
}
