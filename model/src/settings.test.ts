import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { list, oneOf, port, positiveNumber, postgresUrl, sequencerNames } from './setting-types.ts';
import { SettingsError, documentation, readSettings, type Environment } from './settings.ts';

const schema = z.object({
  PORT: port().prefault('8000').register(documentation, { description: 'the port of the pages', example: '9000' }),
  MAIL_SERVER_URL: z
    .url({ protocol: /^smtps?$/, error: 'must be an address that begins with smtps://' })
    .register(documentation, {
      description: 'the mail server. It sends reports',
      example: 'smtps://mail.example',
    }),
  MAIL_PASSWORD: z
    .string()
    .min(8, 'must have at least 8 characters')
    .optional()
    .register(documentation, { description: 'the password', example: 'a password', secret: true }),
  MAIL_HOURS: positiveNumber(24).prefault('6').register(documentation, { description: 'the pause', example: '12' }),
});
const read = (env: Environment) => readSettings('the mailer', schema, env);
const MAIL_SERVER_URL = 'smtps://mail.site.example';

function problems(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return '';
}

describe('readSettings', () => {
  test('returns the values of the schema, with their types, under camel-case names', () => {
    const settings = read({ MAIL_SERVER_URL, MAIL_HOURS: '1.5', OTHER: 'ignored' });
    expect(settings).toStrictEqual({ port: 8000, mailServerUrl: MAIL_SERVER_URL, mailHours: 1.5 });
    expectTypeOf(settings).toEqualTypeOf<{
      port: number;
      mailServerUrl: string;
      mailPassword?: string | undefined;
      mailHours: number;
    }>();
  });

  test('treats an empty or blank variable as one that is not set', () => {
    expect(read({ MAIL_SERVER_URL, PORT: '', MAIL_HOURS: ' ', MAIL_PASSWORD: '' })).toStrictEqual(
      read({ MAIL_SERVER_URL }),
    );
  });

  test('reports every problem with the name, the value and an example', () => {
    expect(problems(() => read({ MAIL_SERVER_URL: 'mail.example', PORT: '80000' }))).toBe(
      [
        'The settings of the mailer are invalid:',
        '  PORT: must be a whole number from 0 to 65535. It is "80000". Example: PORT=9000',
        '  MAIL_SERVER_URL: must be an address that begins with smtps://. It is "mail.example". Example: MAIL_SERVER_URL=smtps://mail.example',
      ].join('\n'),
    );
  });

  test('states the meaning of a required variable that is not set', () => {
    expect(problems(() => read({ MAIL_SERVER_URL: '' }))).toContain(
      '  MAIL_SERVER_URL: is required. Set it to the mail server. Example: MAIL_SERVER_URL=smtps://mail.example',
    );
  });

  test('does not print a secret, nor its example, which nobody should copy', () => {
    const message = problems(() => read({ MAIL_SERVER_URL, MAIL_PASSWORD: 'hunter2' }));
    expect(message).toMatch(/MAIL_PASSWORD: must have at least 8 characters\.$/);
  });

  test('does not print the value of a variable without documentation', () => {
    const undocumented = z.object({ KEY: z.string().min(8, 'must be longer') });
    expect(problems(() => readSettings('a part', undocumented, { KEY: 'hunter2' }))).toMatch(/KEY: must be longer\.$/);
  });

  test('prints only the start of a long value', () => {
    expect(problems(() => read({ MAIL_SERVER_URL: 'x'.repeat(5000) })).length).toBeLessThan(400);
  });

  test('reports conflicts together with invalid values', () => {
    const conflict = (set: Environment) => [{ name: 'PORT', message: `must not be ${set.PORT ?? 'unset'}.` }];
    const message = problems(() => readSettings('a part', schema, { PORT: '81', MAIL_HOURS: '0' }, conflict));
    expect([...message.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name)).toEqual([
      'MAIL_SERVER_URL',
      'MAIL_HOURS',
      'PORT',
    ]);
    expect(message).toContain('PORT: must not be 81.');
  });
});

describe('the types of settings', () => {
  const valid = (type: z.ZodType, ...values: string[]) => values.filter((value) => type.safeParse(value).success);

  test('list ignores spaces and empty items', () => {
    expect(list.parse(' a, b,,c ')).toEqual(['a', 'b', 'c']);
    expect(list.parse('')).toEqual([]);
  });

  test('port accepts whole numbers up to 65535, and 0 only where the system may choose', () => {
    expect(valid(port(), '0', '65535', '65536', '-1', '1.5', 'http')).toEqual(['0', '65535']);
    expect(valid(port(1), '0', '1')).toEqual(['1']);
  });

  test('positiveNumber accepts numbers above 0 up to its maximum', () => {
    expect(valid(positiveNumber(24), '0', '0.5', '24', '24.1', '-1', 'Infinity', 'x')).toEqual(['0.5', '24']);
  });

  test('oneOf lists the allowed values', () => {
    expect(oneOf('a', 'b', 'c').safeParse('d').error?.issues[0]?.message).toBe('must be a, b or c');
  });

  test('postgresUrl accepts addresses of PostgreSQL only', () => {
    const urls = ['postgres://me@host/db', 'postgresql:///db?host=/tmp', 'mysql://host/db', 'host'];
    expect(valid(postgresUrl, ...urls)).toEqual(urls.slice(0, 2));
  });

  test('sequencerNames refuses other names, duplicates and an empty list', () => {
    expect(sequencerNames.parse('satp1, lat')).toEqual(['satp1', 'lat']);
    expect(valid(sequencerNames, 'satp1,satp1', 'a b', 'x'.repeat(31), '-a', 'A', ',')).toEqual([]);
  });
});
