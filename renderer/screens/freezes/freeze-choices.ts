import { Temporal } from 'temporal-polyfill';
import { type FreezeScope, scopeText } from '../../../shared/domain/freeze/freeze';
import { type FreezeNames, readMoment } from '../../../shared/domain/freeze/parse-freeze';

/** A scope as one value of a list. */
export const scopeKey = ({ app, environment, pipeline }: FreezeScope): string =>
  JSON.stringify([app, environment, pipeline]);

export function scopeOfKey(key: string): FreezeScope {
  const [app, environment, pipeline] = JSON.parse(key) as (string | null)[];
  return { app: app ?? null, environment: environment ?? null, pipeline: pipeline ?? null };
}

/** Everything that can be frozen, in the groups of a list; an app in one environment is chosen beside it. */
export function scopeGroups({ apps, environments, pipelines }: FreezeNames): {
  group: string;
  items: { value: string; label: string }[];
}[] {
  const none = { app: null, environment: null, pipeline: null };
  const items = (scopes: readonly FreezeScope[]) =>
    scopes.map((one) => ({ value: scopeKey(one), label: scopeText(one) }));
  return [
    { group: 'Estate', items: items([none]) },
    { group: 'Environments', items: items(environments.map((environment) => ({ ...none, environment }))) },
    { group: 'Pipelines', items: items(pipelines.map((pipeline) => ({ ...none, pipeline }))) },
    { group: 'Apps', items: items(apps.map((app) => ({ ...none, app }))) },
  ].filter((one) => one.items.length > 0);
}

/** A typed moment; `null` text: none. `undefined`: it is not understood. */
export function momentOf(text: string, timeZone: string): string | null | undefined {
  if (text.trim() === '') return null;
  const read = readMoment(text, Temporal.Now.zonedDateTimeISO(timeZone));
  return read?.toInstant().toString({ fractionalSecondDigits: 3 });
}
