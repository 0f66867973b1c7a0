/**
 * The URL of one side, with keys as they are stored: unless it says how they lie, a kv of a Hot Rod cache is every key
 * in it, whoever wrote it. (A proxy keeps kv keys behind a type byte by default, so that tables can share the cache;
 * `layout=typed` looks at those.)
 */
export function asStored(url: string): string {
  if (!/^hotrods?:/i.test(url) || /[?&](layout|tables)=/.test(url)) return url;
  return `${url}${url.includes('?') ? '&' : '?'}layout=raw`;
}
