import { schema as api } from '@sequencer/api/config';
import { withoutSecrets } from '@sequencer/launcher/environment';
import { documentation } from '@sequencer/model/settings';
import { expect, test } from 'vitest';

test('the launcher passes no secret of the API to the other processes', () => {
  const names = Object.entries(api.shape).flatMap(([name, field]) => (documentation.get(field)?.secret ? [name] : []));
  expect(names).toContain('PROXY_SECRET');
  expect(withoutSecrets(Object.fromEntries([...names, 'PATH'].map((name) => [name, 'value'])))).toEqual({
    PATH: 'value',
  });
});
