import type { aboutProcedures } from '../../shared/contract/about';
import type { Update } from '../../shared/domain/update/update';
import type { Answers } from './answers';

const update: Update = {
  current: '0.1.0',
  canLook: false,
  cannot: 'Signalbox runs from a checkout here. Update it with Git.',
  phase: 'not-looked',
  lookedAt: null,
  version: null,
  notes: null,
  progress: null,
  waitsFor: [],
  failure: null,
};

export const devAbout: Answers<typeof aboutProcedures> = {
  'updates.get': () => update,
  'updates.look': () => update,
  'updates.load': () => update,
  'updates.install': () => update,
  'licences.list': () => [{ name: 'react', version: '19.3.1', licence: 'MIT', text: 0 }],
  'licences.text': () => ({ text: 'MIT License' }),
  'licences.save-bill': () => ({ saved: null }),
};
