import { expect, it } from 'vitest';
import { imageTagLayout } from '../ledger/layout';
import { fillTemplate, fillTemplates } from './fill-template';

it('fills every place, each time it is there', () => {
  expect(fillTemplate('{app}/{environment}/{app}.yaml', { app: 'router', environment: 'staging' })).toBe(
    'router/staging/router.yaml',
  );
});

it('leaves what it does not know as it is written, whatever objects know by themselves', () => {
  const text = '{unknown} {constructor} {toString} {__proto__} {} {{x}} {version:api}';
  expect(fillTemplate(text, { app: 'router' })).toBe(text);
});

it('never takes what was filled in for a place', () => {
  expect(fillTemplate('{a}{b}', { a: '{b}', b: '{a}$&$1' })).toBe('{b}{a}$&$1');
  expect(imageTagLayout('tags/{environment}/{app}').path({ environment: '{app}', app: 'router' })).toBe(
    'tags/{app}/router',
  );
});

it('asks for a detail, too', () => {
  const version = (name: string, detail?: string) => (name === 'version' ? `${detail}@1` : undefined);
  expect(fillTemplates({ image: '{version:api}', other: '{app}' }, version)).toEqual({
    image: 'api@1',
    other: '{app}',
  });
});
