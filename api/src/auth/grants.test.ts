import { describe, expect, it } from 'vitest';
import { operates, parseGrant, union, intersection, type Grant } from './grants.ts';

const grant = (text: string): Grant => {
  const parsed = parseGrant(text);
  if (!parsed) throw new Error(text);
  return parsed;
};

describe('a grant', () => {
  it('is parsed', () => {
    expect(grant('viewer')).toEqual({ role: 'VIEWER', sequencers: null });
    expect(grant('operator@satp1+lat')).toEqual({ role: 'OPERATOR', sequencers: ['satp1', 'lat'] });
    for (const wrong of ['', 'root', 'ADMIN', 'admin@satp1', 'viewer@lat', 'operator@', 'operator@a@b', 'operator@A']) {
      expect(parseGrant(wrong), wrong).toBeNull();
    }
  });

  it('allows commands to its own sequencers only', () => {
    expect(operates(grant('operator@satp1'), 'satp1')).toBe(true);
    expect(operates(grant('operator@satp1'), 'lat')).toBe(false);
    expect(operates(grant('operator'), 'lat')).toBe(true);
    expect(operates(grant('admin'), 'lat')).toBe(true);
    expect(operates(grant('viewer'), 'lat')).toBe(false);
  });

  it('combines with others by union', () => {
    expect(union([])).toBeNull();
    expect(union([grant('operator@satp1'), grant('viewer'), grant('operator@lat')])).toEqual(
      grant('operator@satp1+lat'),
    );
    expect(union([grant('operator@satp1'), grant('operator')])).toEqual(grant('operator'));
    expect(union([grant('operator@satp1'), grant('admin')])).toEqual(grant('admin'));
  });

  it('is limited by another by intersection', () => {
    expect(intersection(grant('admin'), grant('operator@satp1'))).toEqual(grant('operator@satp1'));
    expect(intersection(grant('operator@satp1'), grant('admin'))).toEqual(grant('operator@satp1'));
    expect(intersection(grant('operator@satp1+lat'), grant('operator@lat'))).toEqual(grant('operator@lat'));
    expect(intersection(grant('viewer'), grant('operator@lat')).role).toBe('VIEWER');
    expect(operates(intersection(grant('operator@satp1'), grant('operator@lat')), 'lat')).toBe(false);
  });
});
