import type { PracticeLogin } from '../../../shared/domain/practice/login';
import type { PracticeRights } from '../../../shared/domain/practice/rights';
import type { EnvironmentName } from '../../systems/practice/environments';
import { allEnvironments } from '../../systems/practice/environments';
import type { PracticeReady } from '../../systems/practice/practice-ready';
import { allApps } from './apps';
import { startControlServer } from './control-server';
import { type Landing, writeEstateFile } from './estate-file';
import { openCertificates, startEstate, wipe } from './practice-estate';
import { scenarioHandlers } from './scenarios';
import { estateStateSchema, freshState, openCredentials } from './state';
import { lockFolder, readJsonFile, statePaths } from './state-folder';

/** Milliseconds between two looks whether something is to be saved, for the case of a kill. */
const saveEvery = 10_000;

/**
 * Runs a practice estate on a state folder: starts what is kept there, or a fresh one.
 * @param options.speed practice time per wall time; what was kept otherwise, 1 at first
 * @param options.landing how the console's commits land; `push` otherwise
 * @param options.rights what the console's person may do; what was kept otherwise, everything at first
 * @param options.login how the console logs in to the clusters; by tokens otherwise
 * @param options.reset begins with the first day again
 * @throws when another process runs on the folder
 */
export async function runPracticeProcess(options: {
  dir: string;
  speed?: number;
  landing?: Landing;
  rights?: PracticeRights;
  login?: PracticeLogin;
  reset?: boolean;
  onError?: (where: string, error: unknown) => void;
}): Promise<{ ready: PracticeReady; stop: () => Promise<void> }> {
  const paths = statePaths(options.dir);
  const unlock = await lockFolder(paths);
  try {
    const kept = await readJsonFile(paths.state, estateStateSchema);
    let state = kept ?? freshState({ seed: 20_240, speed: 1, ports: {} });
    if (options.reset) state = await wipe(paths, state);
    if (options.speed !== undefined) state.speed = options.speed;
    if (options.rights !== undefined) state.rights.profile = options.rights;
    const [credentials, certificates] = await Promise.all([
      openCredentials(paths, allEnvironments),
      openCertificates(paths),
    ]);
    const common = {
      paths,
      credentials,
      certificates,
      login: options.login ?? 'token',
      ...(options.onError ? { onError: options.onError } : {}),
    };
    let estate = await startEstate({ ...common, state });
    const fresh = estate.fresh;

    const restart = async (): Promise<void> => {
      const past = Math.max(
        ...allEnvironments.map((name) => Number(estate.clusters[name].store.resourceVersion)),
      );
      estate.state.speed = estate.clock.speed;
      await estate.stop();
      const next = await wipe(paths, estate.state);
      estate = await startEstate({ ...common, state: next, resourceVersion: past + 1000 });
    };
    // Saves and resets one after the other.
    let turn: Promise<void> = Promise.resolve();
    const inTurn = (action: () => Promise<void>): Promise<void> => {
      const done = turn.then(action);
      turn = done.catch(() => {});
      return done;
    };
    const control = await startControlServer({
      token: credentials.control.token,
      ...(state.ports.control ? { port: state.ports.control } : {}),
      knowsApp: (name) => allApps.some(({ repo }) => repo === name),
      handlers: scenarioHandlers({ estate: () => estate, reset: () => inTurn(restart) }),
      beforeAnswer: () => inTurn(() => estate.saveState()),
    });
    state.ports.control = control.port;
    const { argoCd, argoWorkflows, dex } = estate;
    const urls = {
      git: estate.git.url,
      github: estate.github.url,
      control: control.url,
      argo: (name: EnvironmentName) => ({ cd: argoCd[name].url, workflows: argoWorkflows[name].url }),
      dex: dex.url,
      concourse: estate.concourse.url,
      receivers: estate.receivers.url,
    };
    await writeEstateFile(paths, urls, {
      landing: options.landing ?? 'push',
      speed: state.speed,
      login: common.login,
    });
    await estate.save();
    const saving = setInterval(() => {
      inTurn(() => estate.save()).catch((error) => options.onError?.('saving', error));
    }, saveEvery);

    return {
      ready: {
        ready: true,
        pid: process.pid,
        estateFile: paths.estateFile,
        kubeconfig: paths.kubeconfig,
        credentialsFile: paths.credentials,
        controlUrl: control.url,
        gitUrl: estate.git.url,
        githubUrl: estate.github.url,
        fresh,
        startedMs: Math.round(performance.now()),
      },
      stop: () =>
        inTurn(async () => {
          clearInterval(saving);
          await control.close();
          await estate.stop();
          await estate.save();
          await unlock();
        }),
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}
