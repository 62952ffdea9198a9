import { expect, it } from 'vitest';
import type { BagPreview } from '../../../shared/contract/bags';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import type { Finding } from '../../../shared/domain/preflight/finding';
import { blockedBecause, forPreview, forStart } from './choices';

const place = { pipeline: 'notify', environment: 'staging' };
const deploy: BagIntent = {
  kind: 'deploy-bag',
  ...place,
  bag: 9,
  running: 8,
  leaveRunning: [],
  override: [],
  cause: 'manual',
  byRule: true,
};
const force: BagIntent = { kind: 'force-unlock', ...place, token: 4, reason: '-', override: [] };
const lock: BagIntent = { kind: 'lock', ...place, reason: '-', until: null };
const choices = { reason: '', minutes: 60, leaveRunning: false, force: false, stopAutomatic: false };
const finding = (code: Finding['code'], level: Finding['level'], overridable = true): Finding => ({
  code,
  level,
  message: `${code} is in the way.`,
  evidence: '',
  overridable,
});
const preview = (findings: Finding[], lacking: string[] = []): BagPreview => ({
  intent: deploy,
  meaning: null,
  findings,
  comparison: null,
  nextAfter: null,
  lacking,
  commit: null,
});
const blocked = (request: BagIntent, found: BagPreview | null, more: object = {}) =>
  blockedBecause({
    request,
    choices: { ...choices, ...more },
    preview: found,
    previewFailed: false,
    moved: false,
    readOnlyBecause: null,
  });

it('asks for a reason where the action needs one or something is in the way', () => {
  expect(blocked(deploy, preview([]))).toBeNull();
  expect(blocked(deploy, preview([finding('older', 'warn')]))).toBe('Enter a reason.');
  expect(blocked(deploy, preview([finding('older', 'warn')]), { reason: 'it is calm' })).toBeNull();
  expect(blocked(force, preview([]))).toBe('Enter a reason.');
  expect(blocked(force, preview([]), { reason: 'the console died' })).toBeNull();
});

it('sends nothing without checks, past a final block, or on an environment that moved', () => {
  expect(blocked(deploy, null)).toBe('The checks are still running.');
  expect(blocked(deploy, preview([finding('locked', 'block', false)]), { reason: 'x' })).toBe(
    'locked is in the way.',
  );
  expect(
    blockedBecause({
      request: deploy,
      choices,
      preview: preview([]),
      previewFailed: false,
      moved: true,
      readOnlyBecause: null,
    }),
  ).toMatch(/changed/);
});

it('leaves services running only by an explicit choice', () => {
  const found = preview([finding('services-lacking', 'block', false)], ['notify-antivirus']);
  expect(blocked(deploy, found)).toBe('services-lacking is in the way.');
  expect(blocked(deploy, found, { leaveRunning: true })).toBeNull();
  expect(forStart(deploy, { ...choices, leaveRunning: true }, found, 0)).toMatchObject({
    leaveRunning: ['notify-antivirus'],
  });
  expect(forStart(deploy, choices, found, 0)).toMatchObject({ leaveRunning: [] });
});

it('sends the reason, what was overridden, and an end counted from the click', () => {
  const found = preview([finding('still-running', 'unknown')]);
  expect(forStart(force, { ...choices, reason: ' it died ' }, found, 0)).toMatchObject({
    reason: 'it died',
    override: ['still-running'],
  });
  expect(forStart(lock, { ...choices, reason: 'audit' }, found, 0)).toMatchObject({
    until: '1970-01-01T01:00:00.000Z',
  });
  expect(forStart(lock, { ...choices, reason: 'audit', minutes: null }, found, 0)).toMatchObject({
    until: null,
  });
});

it('asks for the same preview whatever is typed', () => {
  expect(forPreview(deploy, choices)).toEqual(forPreview({ ...deploy, reason: 'abc' }, choices));
  expect(forPreview(lock, choices)).toEqual(forPreview({ ...lock, reason: 'abc' }, choices));
});
