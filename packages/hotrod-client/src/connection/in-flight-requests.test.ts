import { seededRandom } from '@kvtwin/testkit';
import { describe, expect, it } from 'vitest';
import { InFlightRequests } from './in-flight-requests.js';

describe('the requests in flight', () => {
  it('have ids from 1 on', () => {
    const requests = new InFlightRequests<string>(4);
    expect([requests.add('a'), requests.add('b')]).toEqual([1, 2]);
    expect(requests.peek(2)).toBe('b');
    expect(requests.take(1)).toBe('a');
    expect(requests.take(1)).toBeUndefined();
    expect(requests.peek(0)).toBeUndefined();
    expect(requests.size).toBe(1);
  });

  it('are found beyond the first capacity', () => {
    const requests = new InFlightRequests<number>(4);
    const ids = Array.from({ length: 1_000 }, (_, at) => requests.add(at));
    expect(ids.map((id) => requests.take(id))).toEqual(ids.map((_, at) => at));
    expect(requests.size).toBe(0);
  });

  it('do not make the ring grow where one of them stays unanswered', () => {
    const requests = new InFlightRequests<string>(4);
    const stuck = requests.add('stuck');
    for (let round = 0; round < 10_000; round++) expect(requests.take(requests.add('quick'))).toBe('quick');
    expect(requests.peek(stuck)).toBe('stuck');
    expect(requests.size).toBe(1);
    const seen: string[] = [];
    requests.forEach((request, id) => {
      seen.push(`${request} ${id}`);
    });
    expect(seen).toEqual(['stuck 1']);
    expect(requests.take(stuck)).toBe('stuck');
    expect(requests.size).toBe(0);
  });

  it('are all handed out at the end', () => {
    const requests = new InFlightRequests<number>(4);
    for (let at = 0; at < 100; at++) requests.add(at);
    for (let id = 1; id <= 100; id += 3) requests.take(id);
    expect(requests.drain()).toEqual(Array.from({ length: 100 }, (_, at) => at).filter((at) => at % 3 !== 0));
    expect(requests.size).toBe(0);
    expect(requests.drain()).toEqual([]);
  });

  it('behave as a map does, whatever the order of the answers', () => {
    const random = seededRandom(11);
    const requests = new InFlightRequests<number>(4);
    const model = new Map<number, number>();
    for (let step = 0; step < 20_000; step++) {
      if (random.next() < 0.51) {
        model.set(requests.add(step), step);
      } else {
        const ids = [...model.keys()];
        const id = ids.length === 0 ? 1 : random.pick(ids);
        expect(requests.take(id)).toBe(model.get(id));
        model.delete(id);
      }
      expect(requests.size).toBe(model.size);
    }
    const seen = new Map<number, number>();
    requests.forEach((request, id) => {
      seen.set(id, request);
    });
    expect(new Map([...seen].sort(([a], [b]) => a - b))).toEqual(model);
  });
});
