import { Tooltip } from '@mantine/core';
import {
  IconCloudOff,
  IconEyeOff,
  IconLoader2,
  IconPlugConnectedX,
  IconPointFilled,
  IconShieldQuestion,
} from '@tabler/icons-react';
import { awaitsConsent, type Freshness } from '../../../shared/domain/board/freshness';
import { Mark } from '../layout/mark';
import { freshnessText } from '../text/words';
import { clock, fullTime } from './time';
import { useNow } from './use-now';

const look = {
  live: { icon: IconPointFilled, tone: 'ok' },
  connecting: { icon: IconLoader2, tone: 'accent' },
  unreachable: { icon: IconCloudOff, tone: 'bad' },
  absent: { icon: IconPlugConnectedX, tone: 'quiet' },
} as const;

/** It is there, and kept from this person: nothing is wrong with it. */
const kept = { icon: IconEyeOff, tone: 'quiet' } as const;

const waits = { icon: IconShieldQuestion, tone: 'warn' } as const;

const isKept = (freshness: Freshness): boolean =>
  freshness.state === 'unreachable' &&
  (freshness.failure.code === 'signed-out' ||
    (freshness.failure.code === 'forbidden' && freshness.asOf === null));

function explain(freshness: Freshness, now: number): string {
  switch (freshness.state) {
    case 'live':
      return `Live. Last update ${fullTime(freshness.asOf)}.`;
    case 'connecting':
      return 'Connecting.';
    case 'unreachable':
      if (awaitsConsent(freshness)) return freshness.failure.message;
      if (freshness.failure.code === 'signed-out')
        return `${freshness.failure.message} ${freshness.asOf ? `Showing data from ${clock(freshness.asOf, now)}.` : 'There is no earlier data.'}`;
      if (isKept(freshness)) return `Not visible to you. ${freshness.failure.message}`;
      return `${freshness.failure.code === 'unauthorised' ? 'Sign-in refused' : 'Unreachable'} since ${clock(freshness.since, now)}. ${freshness.failure.message} ${freshness.asOf ? `Showing data from ${clock(freshness.asOf, now)}.` : 'There is no earlier data.'}`;
    case 'absent':
      return 'The estate file does not define this source.';
  }
}

/** How much something can be relied on: `live`, `as of 14:02`, `unreachable since 14:02`. */
export function FreshnessMark({ value, name }: { value: Freshness; name?: string }) {
  const now = useNow('calm');
  const text = freshnessText(value, now);
  return (
    <Tooltip label={explain(value, now)}>
      <span>
        <Mark
          {...(awaitsConsent(value) ? waits : isKept(value) ? kept : look[value.state])}
          label={name ? `${name} ${text}` : text}
        />
      </span>
    </Tooltip>
  );
}
