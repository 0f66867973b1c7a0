import { StoreError } from '@kvtwin/versioned-value';
import { describe, expect, it } from 'vitest';
import { mappingSchema } from './mapping-schema.js';
import { parseMapping } from './parse-mapping.js';

const text = (...rules: unknown[]): string => JSON.stringify({ format: 'kvtwin.mapping/1', rules });
const faultsOf = (file: string): string => {
  try {
    parseMapping(file);
  } catch (error) {
    if (StoreError.is(error) && error.code === 'STORE_INVALID_ARGUMENT') return error.message;
    throw error;
  }
  return 'none';
};

describe('a mapping file', () => {
  it('is read, durations as milliseconds', () => {
    const { rules } = parseMapping(
      text({
        type: 'hash',
        table: 's*',
        rename: 't*',
        lifespan: '1.5h',
        maxIdle: 'unlimited',
        oneSided: 'copy',
      }),
    );
    expect(rules).toEqual([
      {
        type: 'hash',
        table: 's*',
        rename: 't*',
        lifespan: 5_400_000,
        maxIdle: 'unlimited',
        oneSided: 'copy',
      },
    ]);
    expect(parseMapping('{"$schema":"x","format":"kvtwin.mapping/1","rules":[]}').rules).toEqual([]);
  });

  it.each([
    ['nonsense', '$: it is no JSON'],
    ['[]', '$: an object is due'],
    [
      '{"format":"kvtwin.mapping/2","rules":[]}',
      '$.format: "kvtwin.mapping/1" is due, not "kvtwin.mapping/2"',
    ],
    ['{"format":"kvtwin.mapping/1"}', '$.rules: an array of rules is due'],
    [text(7), '$.rules[0]: an object is due'],
    [text({}, { lifespn: '1h' }), '$.rules[1].lifespn: there is no such field; known: type, table'],
    [text({ type: 'list' }), '$.rules[0].type: one of kv, hash, set, zset is due, not "list"'],
    [
      text({ lifespan: '1 hour' }),
      '$.rules[0].lifespan: a duration such as 30s, 10m or 7d, carry or unlimited is due',
    ],
    [text({ lifespan: '0s' }), '$.rules[0].lifespan: a duration'],
    [text({ maxIdle: -1 }), '$.rules[0].maxIdle: a duration'],
    [text({ skip: 'yes' }), '$.rules[0].skip: true or false is due'],
    [text({ mediaType: 'json' }), '$.rules[0].mediaType: a media type such as application/json is due'],
    [text({ cache: '' }), '$.rules[0].cache: a text is due'],
    [text({ type: 'kv', table: 'a' }), '$.rules[0].table: kv has no table'],
    [text({ type: 'kv', rename: 'a' }), '$.rules[0].rename: kv has no table to rename'],
    [text({ table: '*a*' }), '$.rules[0].table: only one * may stand in it'],
    [text({ table: 'a', rename: 'b*' }), '$.rules[0].rename: its * needs one in table'],
    [text({ layout: 'typed' }), '$.rules[0].layout: typed is for kv'],
    [
      text({ type: 'hash', layout: 'raw' }),
      '$.rules[0].layout: the keys of a raw table need a cache of their own',
    ],
    [text({ layout: 'raw' }), '$.rules[0].layout: raw needs a type'],
    [text({ skip: true, cache: 'a' }), '$.rules[0].cache: has no meaning where keys are skipped'],
  ])('%s is refused', (file, fault) => {
    expect(faultsOf(file)).toContain(fault);
  });

  it('is told of every fault at once', () => {
    const message = faultsOf(text({ type: 'x' }, { skip: 1 }, { oneSided: 'both' }));
    for (const path of ['$.rules[0].type', '$.rules[1].skip', '$.rules[2].oneSided']) {
      expect(message).toContain(path);
    }
  });

  it('has a schema that names every field', () => {
    const { properties } = mappingSchema as { properties: { rules: { items: { properties: object } } } };
    const message = faultsOf(text({ nothing: 1 }));
    expect(message.slice(message.indexOf('known: ') + 'known: '.length).split(', ')).toEqual(
      Object.keys(properties.rules.items.properties),
    );
  });
});
