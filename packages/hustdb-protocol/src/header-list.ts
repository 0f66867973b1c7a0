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
  for (const [key, value] of headerEntries(headers)) if (key.toLowerCase() === wanted) values.push(value);
  return values;
}

/** The first value of `name` (any case). */
export function headerValue(headers: HeaderInput, name: string): string | undefined {
  return headerValues(headers, name)[0];
}

function* headerEntries(headers: HeaderInput): Iterable<readonly [string, string]> {
  if (isIterable(headers)) {
    yield* headers;
    return;
  }
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (typeof value === 'string') yield [name, value];
    else for (const one of value) yield [name, one];
  }
}

function isIterable(headers: HeaderInput): headers is Iterable<readonly [string, string]> {
  return Symbol.iterator in headers;
}
