import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Waiting, WaitingLine } from './waiting-line.js';

interface Item extends Waiting {
  readonly name: number;
}

it('hands out in the order of arrival what did not leave, however they come and go', () => {
  const step = fc.oneof(fc.constant('add'), fc.constant('take'), fc.nat(50));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 5000, size: 'max' }), (steps) => {
      const line = new WaitingLine<Item>();
      const model: Item[] = [];
      const left: Item = { name: -1, place: 0 };
      for (const [name, act] of steps.entries()) {
        if (act === 'add') {
          const item = { name, place: -1 };
          line.add(item);
          model.push(item);
        } else if (act === 'take') {
          expect(line.take()).toBe(model.shift());
        } else {
          const [item = left] = model.splice(act, 1);
          line.delete(item);
        }
        expect([line.size, line.first]).toEqual([model.length, model[0]]);
      }
      expect(line.all()).toEqual(model);
    }),
    { numRuns: 30 },
  );
});

it('does not take one that waits elsewhere, or waits no more, for one of its own', () => {
  const [line, other] = [new WaitingLine<Item>(), new WaitingLine<Item>()];
  const [a, b] = [
    { name: 1, place: 0 },
    { name: 2, place: 0 },
  ];
  line.add(a);
  other.add(b);
  line.delete(b);
  expect(line.size).toBe(1);
  expect(line.take()).toBe(a);
  line.delete(a);
  expect([line.size, other.take()]).toEqual([0, b]);
});

it('keeps no more memory than what waits, over many turns', () => {
  const line = new WaitingLine<Item>();
  line.add({ name: 0, place: 0 });
  for (let name = 1; name < 100_000; name++) {
    line.add({ name, place: 0 });
    expect(line.take()?.name).toBe(name - 1);
  }
  expect(line.all()).toHaveLength(1);
});
