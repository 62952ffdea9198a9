import { stringify } from 'yaml';
import type { OperationRecord } from '../../../shared/domain/attribution/operation-record';
import { commitFiles, tagPath } from '../../ledger/testing/release-repo';
import { initBare } from '../../systems/git/init';
import { HistoryService } from '../service';

/** Seconds since 1970 at which the tests' histories begin. */
export const dawn = Date.UTC(2025, 10, 30, 10) / 1000;
export const isoOf = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** An operation's id made in the test's month. */
export const operationId = (number: number): string =>
  `019ad4d0-7c00-7abc-8def-${String(number).padStart(12, '0')}`;

/** A release repo in which a bot deploys, and records say who asked it to. */
export class AttributionRepo {
  readonly gitDir: string;
  #clock = dawn;

  private constructor(gitDir: string) {
    this.gitDir = gitDir;
  }

  static async make(gitDir: string): Promise<AttributionRepo> {
    await initBare(gitDir, 'main');
    return new AttributionRepo(gitDir);
  }

  /** The time of the newest commit, in seconds since 1970. */
  get now(): number {
    return this.#clock;
  }

  commit(
    files: Record<string, string | null>,
    options: { message?: string; author?: string; branch?: string } = {},
  ): Promise<string> {
    this.#clock += 60;
    return commitFiles(this.gitDir, files, { at: this.#clock, ...options });
  }

  /** What deploy-image commits: the version and who asked for it stand in no word of it. */
  deploy(
    version: string,
    { environment = 'production', app = 'frontend', promote = false, author = 'govuk-ci' } = {},
  ): Promise<string> {
    return this.commit(
      { [tagPath(environment, app)]: `image_tag: ${version}\npromote_deployment: ${promote}\n` },
      { message: `Update ${app} image tag to ${version} for ${environment}`, author },
    );
  }

  /** A record of an operation, as a file. */
  record(
    number: number,
    said: Partial<OperationRecord>,
    options: { branch?: string; folder?: string } = {},
  ): Promise<string> {
    const operation = operationId(number);
    const record: Record<string, unknown> = {
      version: 1,
      operation,
      month: '2025-11',
      kind: 'rollback',
      app: 'frontend',
      environment: 'production',
      imageTag: 'v1',
      by: 'Ada',
      email: 'ada@example.invalid',
      at: isoOf(dawn),
      reason: '',
      override: [],
      route: 'actions',
      base: '0'.repeat(40),
      run: null,
      state: said.commit ? 'landed' : 'begun',
      commit: null,
      finishedAt: null,
      ...said,
    };
    const { folder = '2025-11', ...where } = options;
    return this.commit(
      { [`.signalbox/operations/${folder}/${operation}.yaml`]: stringify(record) },
      { message: `Record ${number}`, author: 'Ada', ...where },
    );
  }

  /** A history of it, without a thread of its own. */
  history(indexFile: string, records?: { repo: string; branch: string }): HistoryService {
    return new HistoryService(
      {
        repo: this.gitDir,
        branch: 'main',
        indexFile,
        template: 'charts/app-config/image-tags/{environment}/{app}',
        ...(records ? { records } : {}),
      },
      () => {},
    );
  }
}
