import { expect, test } from 'vitest';
import { readResources, resourcesError, resourcesText } from './resources-input.ts';

test('names are separated by commas or spaces', () => {
  expect(readResources(' laser,crane  dome, ')).toEqual(['laser', 'crane', 'dome']);
  expect(readResources('')).toEqual([]);
  expect(readResources(resourcesText(['laser', 'crane']))).toEqual(['laser', 'crane']);
});

test('an error names the wrong name', () => {
  expect(resourcesError('laser, star-2')).toBeNull();
  expect(resourcesError('laser, Crane')).toBe('“Crane” is not a resource. Use lower case letters, digits and hyphens.');
  expect(resourcesError('a b c d e f g h i')).toBe('Name at most 8 resources.');
});
