import { listText } from '../text/list-text';
import type { Announcement, AnnouncementEvent } from './announcement';

/** How an event begins as a heading, and whether where it happened follows. */
const headings: Readonly<Record<AnnouncementEvent, { says: string; where: 'to' | 'in' | null }>> = {
  'deploy-started': { says: 'Deploying', where: 'to' },
  'deploy-done': { says: 'Deployed', where: 'to' },
  'deploy-failed': { says: 'Deploy failed:', where: 'to' },
  'deploy-stopped': { says: 'Deploy stopped:', where: 'to' },
  'rollback-started': { says: 'Rolling back', where: 'in' },
  'rolled-back': { says: 'Rolled back', where: 'in' },
  'rollback-failed': { says: 'Rollback failed:', where: 'in' },
  'emergency-rollback-started': { says: 'Emergency rollback:', where: 'in' },
  'emergency-rollback-done': { says: 'Emergency rollback done:', where: 'in' },
  'emergency-rollback-failed': { says: 'Emergency rollback failed:', where: 'in' },
  'freeze-set': { says: 'Freeze:', where: null },
  'freeze-lifted': { says: 'Freeze lifted:', where: null },
  'force-unlock': { says: 'Lock removed by force:', where: 'in' },
  manual: { says: '', where: null },
};

/** How Settings call them. */
export const eventNames: Readonly<Record<AnnouncementEvent, string>> = {
  'deploy-started': 'deploy started',
  'deploy-done': 'deploy done',
  'deploy-failed': 'deploy failed',
  'deploy-stopped': 'deploy stopped',
  'rollback-started': 'rollback started',
  'rolled-back': 'rolled back',
  'rollback-failed': 'rollback failed',
  'emergency-rollback-started': 'emergency rollback started',
  'emergency-rollback-done': 'emergency rollback done',
  'emergency-rollback-failed': 'emergency rollback failed',
  'freeze-set': 'freeze set',
  'freeze-lifted': 'freeze lifted',
  'force-unlock': 'force unlock',
  manual: 'written by hand',
};

/** What happened, in a line without formatting: `Deployed router v1694 to production`. */
export function headline({ event, what, environments }: Announcement): string {
  const { says, where } = headings[event];
  const place = where !== null && environments.length > 0 ? `${where} ${listText(environments)}` : '';
  return [says, what, place].filter((part) => part !== '').join(' ');
}
