import { expect, it } from 'vitest';
import { addressKey } from '../lib/client-address.ts';
import { Throttle } from './throttle.ts';

it('allows a few failures, then doubles the wait, and resets after a while', () => {
  let now = 0;
  const throttle = new Throttle(() => now);
  for (let i = 0; i < 4; i++) throttle.recordFailure('alice', 'a');
  expect(throttle.wait('alice', 'a')).toBe(0);
  throttle.recordFailure('alice', 'a');
  expect(throttle.wait('alice', 'a')).toBe(2000);
  now += 2000;
  expect(throttle.wait('alice', 'a')).toBe(0);
  throttle.recordFailure('alice', 'a');
  expect(throttle.wait('alice', 'a')).toBe(4000);
  for (let i = 0; i < 20; i++) throttle.recordFailure('alice', 'a');
  expect(throttle.wait('alice', 'a')).toBe(60_000);
  expect(throttle.wait('alice', 'b')).toBe(0);
  expect(throttle.wait('bob', 'a')).toBe(0);
  now += 15 * 60_000;
  expect(throttle.wait('alice', 'a')).toBe(0);
});

it('limits the failures of an address over all names', () => {
  const throttle = new Throttle(() => 0);
  for (let i = 0; i < 40; i++) throttle.recordFailure(`name${String(i)}`, 'a');
  expect(throttle.wait('bob', 'a')).toBe(2000);
  expect(throttle.wait('bob', 'b')).toBe(0);
});

it('clears the failures of the name after a success, but only one of the address', () => {
  const throttle = new Throttle(() => 0);
  for (let i = 0; i < 41; i++) throttle.recordFailure('alice', 'a');
  throttle.recordSuccess('alice', 'a');
  expect(throttle.wait('alice', 'a')).toBe(2000);
  expect(throttle.wait('alice', 'b')).toBe(0);
});

it('starts the wait at the end of the last attempt', () => {
  let now = 0;
  const throttle = new Throttle(() => now);
  for (let i = 0; i < 5; i++) throttle.recordFailure('alice', 'a');
  now = 1500;
  throttle.recordFailure('alice', 'a', 0);
  expect(throttle.wait('alice', 'a')).toBe(2000);
});

it('has a bounded size', () => {
  const throttle = new Throttle(() => 0);
  for (let i = 0; i < 12_000; i++) throttle.recordFailure('alice', String(i));
  expect(throttle.wait('alice', '0')).toBe(0);
});

it('counts an IPv6 /64 as one address, and IPv4-mapped IPv6 as IPv4', () => {
  const network = '2001:db8:1:2::/64';
  for (const address of ['2001:db8:1:2::1', '2001:DB8:1:2:ffff::', '2001:0db8:0001:0002:0:0:0:9%eth0']) {
    expect(addressKey(address), address).toBe(network);
  }
  expect(addressKey('2001:db8:1:3::1')).toBe('2001:db8:1:3::/64');
  expect(addressKey('::1')).toBe('0:0:0:0::/64');
  for (const address of ['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:c000:207', '0:0:0:0:0:ffff:c000:0207']) {
    expect(addressKey(address), address).toBe('192.0.2.7');
  }
  const throttle = new Throttle(() => 0);
  for (let i = 0; i < 50; i++) throttle.recordFailure(`n${String(i)}`, `2001:db8::${i.toString(16)}`);
  expect(throttle.wait('somebody', '2001:db8::ffff')).toBeGreaterThan(0);
  expect(throttle.wait('somebody', '2001:db8:0:1::')).toBe(0);
});
