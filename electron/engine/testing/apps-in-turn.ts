/** Apps of the practice estate that have older releases in every environment. */
const apps = [
  'frontend',
  'router',
  'static',
  'collections',
  'publishing-api',
  'whitehall',
  'content-store',
  'search-api',
  'email-alert-api',
  'asset-manager',
  'signon',
  'smart-answers',
];

/** @returns gives each test an app of its own, until all had one: then the first is left alone by its test. */
export function appsInTurn(): () => string {
  let next = 0;
  return () => apps[next++ % apps.length] as string;
}
