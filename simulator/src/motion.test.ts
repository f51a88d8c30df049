import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Axis } from './motion.ts';

const make = (position = 180) => new Axis('Azimuth', position, [-90, 450], 3, 1);

it('reaches its target and stops there', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -90, max: 450, noNaN: true }),
      fc.double({ min: -90, max: 450, noNaN: true }),
      (from, to) => {
        const axis = make(from);
        axis.go(to, 1000);
        const end = axis.at(axis.arrival + 0.001);
        expect(end.position).toBeCloseTo(to, 6);
        expect(end.velocity).toBe(0);
      },
    ),
  );
});

it('never exceeds the maximum velocity and never jumps', () => {
  const axis = make();
  axis.go(300, 0);
  let before = axis.at(0).position;
  for (let t = 0.1; t < axis.arrival; t += 0.1) {
    const { position, velocity } = axis.at(t);
    expect(Math.abs(velocity)).toBeLessThanOrEqual(3 + 1e-9);
    expect(Math.abs(position - before)).toBeLessThanOrEqual(0.3 + 1e-9);
    before = position;
  }
});

it('scans back and forth with the given speed', () => {
  const axis = make(100);
  axis.scan(120, 2, 1, 0, 0);
  // 10 s for a leg and 4 s for a turn.
  expect(axis.at(5)).toEqual({ position: 110, velocity: 2 });
  expect(axis.at(12).position).toBeCloseTo(122, 9);
  expect(axis.at(14)).toEqual({ position: 120, velocity: -2 });
  expect(axis.at(19)).toEqual({ position: 110, velocity: -2 });
});

it('halts within the time that it reports', () => {
  const axis = make();
  axis.go(300, 0);
  const time = axis.halt(10);
  expect(time).toBeCloseTo(3, 9);
  expect(axis.at(10 + time).velocity).toBeCloseTo(0, 9);
  expect(axis.at(100).position).toBeCloseTo(axis.target, 9);
});
