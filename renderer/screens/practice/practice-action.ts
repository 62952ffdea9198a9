import type { InputOf } from '../../../shared/contract/contract';

/** What one asks the practice estate to do. */
export type PracticeAction = InputOf<'practice.action'>;
