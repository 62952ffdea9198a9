import type { Board, EnvironmentView } from './board';

/** The pipelines of a board in the order of its environments; `null` stands for environments that are in none. */
export function boardPipelines(board: Pick<Board, 'environments'>): (string | null)[] {
  return [...new Set(board.environments.map(({ pipeline }) => pipeline?.name ?? null))];
}

/** The board of one pipeline alone: its environments, and the apps that have a file in one of them. */
export function boardOfPipeline(board: Board, pipeline: string | null): Board {
  return scoped(board, (environment) => (environment.pipeline?.name ?? null) === pipeline);
}

/** The board of the pipelines that an app is in. An app without any file has all environments before it. */
export function boardAround(board: Board, app: string): Board {
  const own = new Set(board.cells.filter((cell) => cell.app === app).map(({ environment }) => environment));
  if (own.size === 0) return board;
  const chains = new Set(
    board.environments.filter(({ name }) => own.has(name)).map(({ pipeline }) => pipeline?.name),
  );
  return scoped(board, ({ name, pipeline }) => (pipeline ? chains.has(pipeline.name) : own.has(name)));
}

function scoped(board: Board, belongs: (environment: EnvironmentView) => boolean): Board {
  const environments = board.environments.filter(belongs);
  if (environments.length === board.environments.length) return board;
  const names = new Set(environments.map(({ name }) => name));
  const cells = board.cells.filter(({ environment }) => names.has(environment));
  const apps = new Set(cells.map(({ app }) => app));
  return { ...board, environments, cells, apps: board.apps.filter((app) => apps.has(app)) };
}
