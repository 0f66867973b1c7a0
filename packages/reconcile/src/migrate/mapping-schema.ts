const duration = (what: string, otherwise: string): object => ({
  description: `${what}: 500ms, 30s, 10m, 2h, 7d, a number of milliseconds, ${otherwise}`,
  anyOf: [
    { type: 'string', pattern: '^\\d+(\\.\\d+)?(ms|s|m|h|d)$' },
    { type: 'integer', minimum: 1 },
    { enum: ['carry', 'unlimited'] },
  ],
});

/** The form of a mapping file, as a JSON Schema (2020-12). `parseMapping` checks the same and a few things beyond it. */
export const mappingSchema: object = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'What kvtwin migrate does with which keys',
  type: 'object',
  additionalProperties: false,
  required: ['format', 'rules'],
  properties: {
    $schema: { type: 'string' },
    format: { const: 'kvtwin.mapping/1' },
    rules: {
      description: 'the first rule that fits a key decides; a key that none fits is copied as it is',
      type: 'array',
      maxItems: 10_000,
      items: {
        type: 'object',
        additionalProperties: false,
        properties: {
          type: { description: 'only keys of this type', enum: ['kv', 'hash', 'set', 'zset'] },
          table: {
            description: 'only tables of this name; * stands for any letters',
            type: 'string',
            minLength: 1,
          },
          prefix: { description: 'only keys, fields or members that begin so', type: 'string' },
          skip: { description: 'leaves them out; they are counted', type: 'boolean' },
          cache: { description: "the cache they go to; else the target URL's", type: 'string', minLength: 1 },
          layout: {
            description:
              'proxy: as a proxy before the target finds them; raw: keys as they are; typed: behind a type byte',
            enum: ['proxy', 'raw', 'typed'],
          },
          mediaType: {
            description: 'keys and values are sent as this type',
            type: 'string',
            pattern: '^[\\w.+-]+/[\\w.+-]+.*$',
          },
          rename: {
            description: "the table's name in the target; * as in table",
            type: 'string',
            minLength: 1,
          },
          lifespan: duration(
            'how long a copy lives',
            'carry (what is left of it, where the source tells) or unlimited',
          ),
          maxIdle: duration('how long a copy lives unused', 'carry or unlimited'),
          oneSided: { description: 'a key that only one of two masters has', enum: ['hold', 'copy'] },
        },
      },
    },
  },
};
