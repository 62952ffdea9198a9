import { count } from '../text/count';
import type { AttentionItem } from './attention-items';

/** A notification about trouble, and what a click opens: `attention` is everything that needs some. */
export interface TroubleNotice {
  title: string;
  body: string;
  place: AttentionItem['place'] | { at: 'attention' };
}

/** More at once would bury each other, such as when a whole cluster fails. */
const mostAtOnce = 3;

/** What is told of new trouble: each by itself, or all in one where there is much at once. */
export function troubleNotices(news: readonly AttentionItem[]): TroubleNotice[] {
  if (news.length <= mostAtOnce)
    return news.map(({ subject, reason, cause, served, place }) => ({
      title: `${subject}: ${reason}`,
      body: [cause, served].filter(Boolean).join(' '),
      place,
    }));
  const named = news.slice(0, mostAtOnce).map(({ subject, reason }) => `${subject}: ${reason}`);
  return [
    {
      title: `${count(news.length, 'thing')} fail in production`,
      body: `${named.join(', ')}, and ${news.length - named.length} more.`,
      place: { at: 'attention' },
    },
  ];
}
