import { type SeedApp, seedServices } from '../apps';
import { deployWorkflow } from '../deploy-workflow';
import { developers, type Person } from '../people';
import { after, day, hour, minute, workingMoments } from './calendar';
import type { Random } from './random';

/** One commit of a pull request. `files` are whole contents. */
export interface PullCommit {
  author: Person;
  at: Date;
  message: string;
  files: Record<string, string>;
}

/** A pull request; merged, it is a release of the app. */
export interface Pull {
  number: number;
  branch: string;
  title: string;
  author: Person;
  commits: readonly PullCommit[];
}

export interface Release {
  /** `v<N>` is its tag and its image. */
  version: number;
  mergedAt: Date;
  mergedBy: Person;
  pull: Pull;
  migrates: boolean;
}

const verbs = [
  'Add',
  'Fix',
  'Simplify',
  'Cache',
  'Validate',
  'Log',
  'Rename',
  'Speed up',
  'Remove unused',
] as const;
const parts = ['controller', 'presenter', 'serializer', 'query', 'worker', 'helper'] as const;

const slug = (text: string, separator = '-'): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, separator)
    .replace(/^[-_]+|[-_]+$/g, '');

const className = (text: string): string =>
  text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** `20260301094500`, as Rails numbers a migration. */
const migrationStamp = (at: Date): string => at.toISOString().replace(/\D/g, '').slice(0, 14);

/** Invents the next pull request of an app; `files` is what main holds, and is left as it is. */
export function inventPull(
  random: Random,
  app: SeedApp,
  wanted: { number: number; mergedAt: Date; migration: boolean },
  files: ReadonlyMap<string, string>,
): Pull {
  const noun = random.pick(app.nouns);
  const part = random.pick(parts);
  const title = wanted.migration
    ? `Add ${random.pick(['archived at', 'priority', 'locale', 'digest', 'state'])} to ${noun}`
    : `${random.pick(verbs)} ${noun} ${part}`;
  const author = random.pick(developers);
  const second = random.chance(0.25) ? random.pick(developers) : author;
  const count = wanted.migration ? 2 : random.int(1, 3);
  const commits: PullCommit[] = [];
  const now = new Map(files);
  for (let index = 0; index < count; index += 1) {
    const at = after(wanted.mergedAt, -((count - index) * random.int(20, 110) * minute) - hour);
    const changed: Record<string, string> = {};
    if (wanted.migration && index === 0) {
      const stamp = migrationStamp(at);
      changed[`db/migrate/${stamp}_${slug(title, '_')}.rb`] = migrationText(title, noun);
      changed['db/schema.rb'] = `ActiveRecord::Schema[8.0].define(version: ${stamp}) do\nend\n`;
    } else {
      const path = `app/${part}s/${slug(noun, '_')}_${part}.rb`;
      changed[path] = grown(now.get(path) ?? `class ${className(`${noun} ${part}`)}\nend\n`, random);
      if (index === count - 1) {
        const spec = `spec/${part}s/${slug(noun, '_')}_${part}_spec.rb`;
        changed[spec] = grown(
          now.get(spec) ?? `RSpec.describe ${className(`${noun} ${part}`)} do\nend\n`,
          random,
        );
      }
    }
    for (const [path, content] of Object.entries(changed)) now.set(path, content);
    const message =
      index === 0
        ? title
        : random.pick([`Test ${title.toLowerCase()}`, 'Address review comments', `Tidy the ${part}`]);
    commits.push({ author: index === 0 ? author : second, at, message, files: changed });
  }
  return { number: wanted.number, branch: slug(title), title, author, commits };
}

function migrationText(title: string, noun: string): string {
  const [, column = 'state'] = /^Add (.+) to /.exec(title) ?? [];
  return `class ${className(title)} < ActiveRecord::Migration[8.0]\n  def change\n    add_column :${slug(noun, '_')}s, :${slug(column, '_')}, :string\n  end\nend\n`;
}

/** A Ruby file with one more method before its last `end`. */
function grown(text: string, random: Random): string {
  const name = `${random.pick(['build', 'find', 'filter', 'present', 'refresh'])}_${random.hex(4)}`;
  return text.replace(/end\n$/, `  def ${name}\n    # ${random.hex(12)}\n  end\nend\n`);
}

/** Services are packed into bags, and not deployed by themselves. */
const isService = (app: SeedApp): boolean => seedServices.includes(app);

/** What an app's main holds before the first seeded release. */
export function firstFiles(app: SeedApp): Map<string, string> {
  const files = new Map([
    ['README.md', `# ${app.repo}\n\nA practice repo: its code runs nowhere.\n`],
    ['Gemfile', "source 'https://rubygems.invalid'\n\ngem 'rails', '~> 8.0'\n"],
    ['config/routes.rb', 'Rails.application.routes.draw do\nend\n'],
    [
      '.github/workflows/deploy.yml',
      isService(app)
        ? `name: Deploy\nrun-name: Deploy ${app.repo}\non:\n  push:\n    branches: [main]\n`
        : deployWorkflow,
    ],
  ]);
  if (app.migrates) files.set('db/schema.rb', 'ActiveRecord::Schema[8.0].define(version: 0) do\nend\n');
  return files;
}

/** Hours before now at which the newest releases of some apps were merged, oldest first; see `past-deployments.ts`. */
export const recentReleases: Readonly<Record<string, readonly number[]>> = {
  'publishing-api': [27, 3.1],
  frontend: [25, 1.6],
  whitehall: [26, 0.75],
  'search-api': [30, 6],
  router: [52],
  'travel-advice-publisher': [49],
  collections: [22],
  'notify-api': [29, 7],
  'notify-celery': [28.5],
  // Not in a bag yet.
  'notify-admin': [27, 2.2],
};

/** The releases of an app over the seeded months, oldest first. Deterministic in `random`. */
export function inventReleases(random: Random, app: SeedApp, now: Date): Release[] {
  const recent = recentReleases[app.repo] ?? [];
  const moments = [
    ...workingMoments(random, now, 118, 4, app.releases - recent.length),
    ...recent.map((hours) => after(now, -hours * hour)),
  ];
  const files = firstFiles(app);
  let pull = app.pull;
  return moments.map((mergedAt, index) => {
    pull += random.int(1, 9);
    // The newest release of whitehall migrates, so that the first board has one to look at.
    const newest = index === moments.length - 1;
    const migrates = app.migrates && ((newest && app.repo === 'whitehall') || random.chance(0.22));
    const made = inventPull(random, app, { number: pull, mergedAt, migration: migrates }, files);
    for (const commit of made.commits)
      for (const [path, content] of Object.entries(commit.files)) files.set(path, content);
    return {
      version: app.base + index + 1,
      mergedAt,
      mergedBy: random.chance(0.5) ? made.author : random.pick(developers),
      pull: made,
      migrates,
    };
  });
}

/** Since when the seeded history runs. */
export const historyBegin = (now: Date): Date => after(now, -120 * day);
