import { describe, expect, it } from 'vitest';
import { continues, cutText, plain, severityOf } from './log-text';

const esc = '\u001b';

describe('severityOf', () => {
  it.each([
    ['ERROR Timed out', 'error'],
    ['{"level":"error","msg":"x"}', 'error'],
    ['{"level":"info","msg":"no error at all: ERROR"}', 'info'],
    ['{"severity":"WARNING","message":"x"}', 'warn'],
    ['{"time":1,"level":50,"msg":"pino"}', 'error'],
    ['{"level":30}', 'info'],
    ['{"msg":"no level, only ERROR"}', 'none'],
    [`{"message":"${'x'.repeat(500)}","level":"fatal"}`, 'error'],
    ['ts=1 level=warn msg="logfmt"', 'warn'],
    ['WARN  retrying', 'warn'],
    ['2026-01-02 03:04:05,678 [main] DEBUG org.example.App - x', 'debug'],
    ['2026-01-02T03:04:05Z error: cannot connect', 'error'],
    ['[warning] something', 'warn'],
    ['info: listening', 'info'],
    ['E1127 12:00:00.000000       1 reflector.go:1] failed', 'error'],
    ['W1127 12:00:00.000000       1 x', 'warn'],
    ['E, [2026-01-02T03:04:05.678 #1] ERROR -- : Ruby', 'error'],
    ['I, [2026-01-02T03:04:05.678 #1]  INFO -- : an Error in a message', 'info'],
    ['TypeError: x is undefined', 'error'],
    ['ActiveRecord::ConnectionNotEstablished (no pool)', 'none'],
    ['PG::ConnectionBad: could not translate host name', 'none'],
    ['java.lang.IllegalStateException: no', 'error'],
    ['Uncaught exception', 'error'],
    ['0 errors found', 'none'],
    ['Running 24 tests', 'none'],
    ['The warning light is on', 'none'],
    ['information desk', 'none'],
    ['', 'none'],
  ])('tells how grave %s is', (line, severity) => {
    expect(severityOf(line)).toBe(severity);
  });

  it('comes to an end with hostile lines', () => {
    for (const line of [
      '{"level"'.repeat(50_000),
      'a.'.repeat(200_000),
      `${' '.repeat(100_000)}x`,
      '1:'.repeat(100_000),
    ])
      expect(severityOf(line)).toBeDefined();
  });
});

describe('continues', () => {
  it.each([
    ['    at Object.<anonymous> (app.js:1)', true],
    ['\tat org.example.App.main(App.java:1)', true],
    ['Caused by: java.io.IOException', true],
    ['... 12 more', true],
    ['next line', false],
    ['', false],
    ['   ', false],
  ])('%s', (line, expected) => {
    expect(continues(line)).toBe(expected);
  });
});

describe('cutText', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc'],
    ['ab😀d', 3, 'ab'],
    [`ab${esc}[31mc`, 5, 'ab'],
    [`ab${esc}[31mc`, 3, 'ab'],
    [`ab${esc}[31mc`, 7, `ab${esc}[31m`],
  ])('%j to %d', (text, limit, expected) => {
    expect(cutText(text, limit)).toBe(expected);
  });
});

describe('plain', () => {
  it.each([
    ['no control at all', 'no control at all'],
    [`${esc}[1;31mred${esc}[0m`, 'red'],
    ['tabs\tstay', 'tabs\tstay'],
    ['bell\u0007 null\u0000 c1\u009b', 'bell null c1'],
    ['שלום عالم é\u0301 👩‍👩‍👧', 'שלום عالم é\u0301 👩‍👩‍👧'],
  ])('%j', (text, expected) => {
    expect(plain(text)).toBe(expected);
  });
});
