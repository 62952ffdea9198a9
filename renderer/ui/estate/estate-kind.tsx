import type { Icon } from '@tabler/icons-react';
import { IconEye, IconFlask2, IconShieldHalf } from '@tabler/icons-react';
import { Mark, type Tone } from '../layout/mark';

/** What one is dealing with: a rehearsal, what can only be read, what real people use, or none of these. */
export type EstateLook = 'practice' | 'read-only' | 'production' | 'standard';

export const estateLook = ({
  mode,
  production,
}: {
  mode: 'practice' | 'read-only' | 'real';
  production: boolean;
}): EstateLook => {
  if (mode !== 'real') return mode;
  return production ? 'production' : 'standard';
};

const marks: Record<Exclude<EstateLook, 'standard'>, { icon: Icon; tone: Tone; label: string }> = {
  practice: { icon: IconFlask2, tone: 'hold', label: 'Practice estate' },
  'read-only': { icon: IconEye, tone: 'warn', label: 'Read-only' },
  production: { icon: IconShieldHalf, tone: 'bad', label: 'Production' },
};

/** The badge beside an estate's name; an estate of standard environments alone has none. */
export function EstateMark({ look }: { look: EstateLook }) {
  return look === 'standard' ? null : <Mark {...marks[look]} badge />;
}
