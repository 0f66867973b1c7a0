import { describe, expect, it } from 'vitest';
import { defaultProxyJournal } from './proxy-journal.js';

const env = { KVTWIN_STATE: '/state' };
const nodes = { first: 'hustdb://user:secret@10.0.0.1:8085', second: 'hustdb://user:secret@10.0.0.2:8085' };

describe('the default place of a proxy’s journal', () => {
  it('is found again, names the sides and shows no credentials', () => {
    const place = defaultProxyJournal({ ...nodes, port: 8082 }, env);
    expect(place).toMatch(/^\/state\/proxy\/10\.0\.0\.1_8085\+10\.0\.0\.2_8085-[0-9a-f]{8}@8082$/);
    expect(defaultProxyJournal({ ...nodes, port: 8082 }, env)).toBe(place);
  });

  it('is another one for another port, other sides and another order of them', () => {
    const places = [
      defaultProxyJournal({ ...nodes, port: 8082 }, env),
      defaultProxyJournal({ ...nodes, port: 8083 }, env),
      defaultProxyJournal({ first: nodes.second, second: nodes.first, port: 8082 }, env),
      defaultProxyJournal({ table: 'a/hustdbtable.json', port: 8082 }, env),
      defaultProxyJournal({ table: 'b/hustdbtable.json', port: 8082 }, env),
    ];
    expect(new Set(places).size).toBe(places.length);
  });

  it('is memory for embedded sides, and none for a front', () => {
    expect(defaultProxyJournal({ first: 'memory:a', second: 'memory:b', port: 1 }, env)).toBeUndefined();
    expect(defaultProxyJournal({ pair: 'hustdb+ha://ha:8082', port: 1 }, env)).toBe(false);
  });
});
