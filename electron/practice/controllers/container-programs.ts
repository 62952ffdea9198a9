/** What a container that runs to its end is handed. All waits are in practice time. */
export interface Run {
  log(line: string): void;
  wait(seconds: number): Promise<void>;
  /** Aborted when the container is killed. */
  signal: AbortSignal;
}

/** What runs inside a container that ends: prints, waits, does its work. @returns the exit code. */
export type Program = (run: Run) => Promise<number>;

/** What a Puma web server prints while it boots; `worker` is what Sidekiq prints. */
export function bootLines(component: string, version: string): string[] {
  return component === 'worker'
    ? [
        `Booting Sidekiq 7.3.2, release ${version}`,
        'Loading application',
        'Running in ruby 3.3.5 [x86_64-linux]',
        'Starting processing, hit Ctrl-C to stop',
      ]
    : [
        '=> Booting Puma',
        `=> Rails 7.2.1 application starting in production, release ${version}`,
        'Puma starting in cluster mode...',
        '* Environment: production',
        '* Listening on http://0.0.0.0:3000',
        '- Worker 0 (PID: 15) booted in 1.2s, phase: 0',
      ];
}

/** What an app prints that can't start: its boot, and the exception that ends it. */
export function crashLines(component: string, version: string): string[] {
  const program = component === 'worker' ? 'sidekiq' : 'puma';
  return [
    ...bootLines(component, version).slice(0, 2),
    '! Unable to load application: KeyError: key not found: "PUBLISHING_API_BEARER_TOKEN"',
    `bundler: failed to load command: ${program} (/usr/local/bundle/bin/${program})`,
    `/app/config/initializers/publishing_api.rb:4:in \`fetch': key not found: "PUBLISHING_API_BEARER_TOKEN" (KeyError)`,
    `\tfrom /app/config/initializers/publishing_api.rb:4:in \`<main>'`,
    `\tfrom /app/config/environment.rb:5:in \`<main>'`,
    `\tfrom config.ru:3:in \`block in <main>'`,
  ];
}

/** A database migration of about four seconds, which may fail. */
export function migration(version: string, fails: boolean): Program {
  return async ({ log, wait }) => {
    log(`Migrating the database for release ${version}`);
    await wait(2);
    log('== 20261104093012 AddWithdrawnAtToEditions: migrating =========================');
    log('-- add_column(:editions, :withdrawn_at, :datetime)');
    await wait(2);
    if (fails) {
      log('rake aborted!');
      log('StandardError: An error has occurred, this and all later migrations canceled:');
      log('PG::LockNotAvailable: ERROR:  canceling statement due to lock timeout');
      log('Tasks: TOP => db:migrate');
      return 1;
    }
    log('   -> 0.0112s');
    log('== 20261104093012 AddWithdrawnAtToEditions: migrated (0.0113s) ================');
    return 0;
  };
}
