import { describe, expect, it } from 'vitest';
import { announcementSchema } from '../announcement/announcement';
import { freezeMail } from '../announcement/freeze-mail';
import type { Freeze } from './freeze';
import { freezeAnnouncement } from './freeze-announcement';

const at = '2026-03-01T10:00:00.000Z';
const freeze: Freeze = {
  operation: '0192f0c1',
  app: null,
  environment: 'production',
  pipeline: null,
  by: 'Ada Marsh',
  email: 'ada@example.org',
  at,
  reason: 'election night',
  from: at,
  until: '2026-03-02T09:00:00.000Z',
  automatic: true,
  manual: 'warn',
  begun: at,
  changed: {},
};
const told = { at, who: 'Ada Marsh', why: 'over' };

describe('what is told of a freeze', () => {
  it('is that it was set and lifted, under ids of their own in one thread, and nothing between', () => {
    const set = freezeAnnouncement('freeze', freeze, told);
    const lifted = freezeAnnouncement('thaw', freeze, { ...told, who: null });
    expect(set).toMatchObject({ event: 'freeze-set', why: 'election night', until: freeze.until });
    expect(lifted).toMatchObject({ event: 'freeze-lifted', who: null, why: 'over', until: null });
    expect(set?.thread).toBe(lifted?.thread);
    expect(set?.id).not.toBe(lifted?.id);
    for (const one of [set, lifted]) expect(announcementSchema.parse(one)).toEqual(one);
    expect(freezeAnnouncement('begin-freeze', freeze, told)).toBeNull();
    expect(freezeAnnouncement('change-freeze', freeze, told)).toBeNull();
  });

  it('calls everyone only where it was ticked, and never for its end', () => {
    const calls = (kind: 'freeze' | 'thaw', callEveryone?: boolean) =>
      freezeAnnouncement(kind, freeze, { ...told, ...(callEveryone === undefined ? {} : { callEveryone }) })
        ?.callEveryone;
    expect([calls('freeze'), calls('freeze', false), calls('freeze', true), calls('thaw', true)]).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });

  it('leads to every freeze in Signalbox, and to its record while that is there', () => {
    const page = 'https://github.com/example/r/blob/main/.signalbox/freezes/1.yaml';
    const links = (kind: 'freeze' | 'thaw') => {
      const one = freezeAnnouncement(kind, freeze, { ...told, page });
      return [one?.link, one?.open];
    };
    expect(links('freeze')).toEqual([page, 'signalbox://freezes']);
    expect(links('thaw')).toEqual([null, 'signalbox://freezes']);
    expect(freezeAnnouncement('freeze', freeze, told)?.link).toBeNull();
  });

  it('says when a planned one begins', () => {
    const planned = freezeAnnouncement('freeze', { ...freeze, from: '2026-03-01T17:00:00.000Z' }, told);
    expect(planned?.details[0]).toBe('It begins at 2026-03-01 17:00 UTC.');
    expect(freezeAnnouncement('freeze', freeze, told)?.details.join()).not.toContain('begins');
  });

  it('is a mail with its text', () => {
    const { app, environment, pipeline } = freeze;
    const mail = freezeMail({
      ...freeze,
      manual: 'warn',
      scope: { app, environment, pipeline },
      from: null,
      until: 'Mon 2 Mar 09:00',
    });
    expect(mail.subject).toBe('Deploy freeze: production until Mon 2 Mar 09:00');
    expect(mail.body).toContain('From: now\nUntil: Mon 2 Mar 09:00\nWhy: election night\n');
    expect(mail.body).toContain('Automatic deploys are stopped.');
    expect(mail.body).toMatch(/\n\nIn Signalbox: signalbox:\/\/freezes$/);
  });
});
