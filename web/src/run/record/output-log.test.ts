import { describe, expect, it } from 'vitest';
import { OutputLog, type OutputPiece } from './output-log.ts';

let seq = 0;
function piece(text: string, rest: Partial<OutputPiece> = {}): OutputPiece {
  seq += 1;
  return { seq, text, stream: 'STDOUT', trace: 1, line: 1, at: '2026-11-24T00:00:00Z', ...rest };
}
function texts(log: OutputLog): string[] {
  return log.lines.map((line) => line.text);
}

describe('lines of output', () => {
  it('are assembled from pieces', () => {
    const log = new OutputLog();
    log.append([piece('one\ntw'), piece('o\n'), piece('three')]);
    expect(texts(log)).toEqual(['one', 'two', 'three']);
  });

  it('of two traces and of two streams do not mix', () => {
    const log = new OutputLog();
    log.append([
      piece('a'),
      piece('b', { trace: 2 }),
      piece('c', { stream: 'STDERR' }),
      piece('A\n'),
      piece('B\n', { trace: 2 }),
    ]);
    expect(texts(log)).toEqual(['aA', 'bB', 'c']);
    expect(log.stderrCount).toBe(1);
  });

  it('keep empty lines', () => {
    const log = new OutputLog();
    log.append([piece('\n\nx\n')]);
    expect(texts(log)).toEqual(['', '', 'x']);
  });

  it('are overwritten after a carriage return', () => {
    const log = new OutputLog();
    log.append([piece('10 %\r'), piece('100 %\r'), piece('ok\n')]);
    expect(texts(log)).toEqual(['ok0 %']);
  });
});

it('adds each event once, also after a reconnect', () => {
  const log = new OutputLog();
  const pieces = [piece('a\n'), piece('b\n')];
  log.append(pieces);
  log.append(pieces);
  expect(texts(log)).toEqual(['a', 'b']);
});

it('inserts older pages before the log', () => {
  const log = new OutputLog();
  const old = [piece('old\n'), piece('older\n')];
  log.append([piece('new\n')]);
  log.prepend(old);
  log.prepend(old);
  expect(texts(log)).toEqual(['old', 'older', 'new']);
  expect(log.lines.map((line) => line.key)).toEqual([-2, -1, 0]);
});

it('keeps the newest 20,000 lines', () => {
  const log = new OutputLog();
  for (let i = 0; i < 30; i++) log.append([piece('x\n'.repeat(1000))]);
  expect(log.lines.length).toBeLessThanOrEqual(22_000);
  expect(log.lines.length).toBeGreaterThanOrEqual(20_000);
  expect(log.firstSeq).toBeGreaterThan(seq - 30);
});
