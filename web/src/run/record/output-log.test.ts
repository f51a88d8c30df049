import { describe, expect, it } from 'vitest';
import { OutputLog, type OutputPage, type OutputPiece } from './output-log.ts';

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
  log.prepend({ pieces: old, hasMore: false });
  log.prepend({ pieces: old, hasMore: false });
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

/** A page of pieces with seq < before, as the server answers. */
function pageBefore(all: readonly OutputPiece[], before: number, size: number): OutputPage {
  const older = all.filter((p) => p.seq < before);
  return { pieces: older.slice(-size), hasMore: older.length > size };
}
function pageAfter(all: readonly OutputPiece[], after: number, size: number): OutputPage {
  const newer = all.filter((p) => p.seq > after);
  return { pieces: newer.slice(0, size), hasMore: newer.length > size };
}

describe('a window of a long run', () => {
  /** 2800 lines in pieces of up to seven lines. */
  const all = Array.from({ length: 700 }, (_, i) =>
    piece(Array.from({ length: (i % 7) + 1 }, (_line, n) => `${String(i)}.${String(n)}\n`).join('')),
  );
  const whole = new OutputLog(Infinity);
  whole.append(all);
  const lines = texts(whole);

  /** The lines of the window are consecutive lines of the whole output. */
  function expectConsecutive(log: OutputLog): void {
    const start = lines.indexOf(texts(log)[0] ?? '');
    expect(texts(log)).toEqual(lines.slice(start, start + log.lines.length));
    const keys = log.lines.map((line) => line.key);
    expect(keys).toEqual(keys.map((_, i) => (keys[0] ?? 0) + i));
  }

  it.each([20, 300])('has every line between its ends, while older and newer pages of %d are read', (size) => {
    const log = new OutputLog(500);
    log.append(all);
    expect(log.atEnd).toBe(true);
    const seen = new Set<string>();
    const look = () => {
      for (const text of texts(log)) seen.add(text);
      expect(log.lines.length).toBeLessThan(600);
    };
    look();
    while (!log.atStart) {
      log.prepend(pageBefore(all, log.firstSeq, size));
      look();
      expectConsecutive(log);
    }
    expect(log.atEnd).toBe(false);
    expect(seen.size).toBe(lines.length);
    while (!log.atEnd) {
      log.appendPage(pageAfter(all, log.lastSeq, size));
      look();
      expectConsecutive(log);
    }
    expect(texts(log).at(-1)).toBe(lines.at(-1));
  });

  it('finds lines of a large piece that begins within a line', () => {
    const lines = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => `line ${String(from + i)}\n`).join('');
    const older = [piece(`${lines(0, 500)}line`, { seq: 1 }), piece(` 500\n${lines(501, 1000)}`, { seq: 2 })];
    const log = new OutputLog(100);
    log.moveTo({ pieces: older, hasMore: true });
    // Line 500 was started by the first piece.
    expect(log.find(2, 99)?.text).toBe('line 600');
    expect(log.find(1, 0)).toBeUndefined();
  });

  it('does not grow at its end while pieces between are missing', () => {
    const log = new OutputLog(500);
    log.append(all.slice(0, 600));
    log.moveTo({ pieces: all.slice(0, 120), hasMore: true }, { pieces: all.slice(120, 140), hasMore: true });
    expect(log.atStart).toBe(false);
    expectConsecutive(log);
    expect(log.atEnd).toBe(false);
    log.append(all.slice(600, 650));
    expect(log.lastSeq).toBe(all[139]?.seq);
    // The server answers with what it had before the pieces that arrived meanwhile.
    const answered = all.slice(0, 600);
    while (log.lastSeq < (answered.at(-1)?.seq ?? 0)) log.appendPage(pageAfter(answered, log.lastSeq, 20));
    expect(log.atEnd).toBe(false);
    log.appendPage({ pieces: all.slice(600, 650), hasMore: false });
    expect(log.atEnd).toBe(true);
    log.append(all.slice(650));
    expect(log.lastSeq).toBe(all.at(-1)?.seq);
    expectConsecutive(log);
  });

  it('shows text that continues a line outside the window', () => {
    const log = new OutputLog(10);
    log.append([piece('waiting ... ', { trace: 2 })]);
    for (let i = 0; i < 40; i++) log.append([piece('x\n')]);
    log.append([piece('done\n', { trace: 2 })]);
    expect(texts(log)).toContain('done');
  });
});
