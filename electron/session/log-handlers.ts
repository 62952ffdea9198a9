import type { Handlers } from '../ipc/dispatcher';
import type { Session } from './open-session';

type LogHandlers = Pick<Handlers, Extract<keyof Handlers, `logs.${string}`>>;

/**
 * What is asked of open log sessions.
 * @param chooseFile asks the person where to save; `null`: nowhere.
 */
export function logHandlers(
  { logs }: Session,
  chooseFile: (name: string) => Promise<string | null>,
): LogHandlers {
  return {
    'logs.join': ({ session, sources }) => {
      logs.join(session, sources);
      return {};
    },
    'logs.view': ({ session, view }) => logs.ask(session, 'view', view),
    'logs.window': ({ session, ...input }) => logs.ask(session, 'window', input),
    'logs.seek': ({ session, ...input }) => logs.ask(session, 'seek', input),
    'logs.locate': ({ session, ...input }) => logs.ask(session, 'locate', input),
    'logs.line': ({ session, ...input }) => logs.ask(session, 'line', input),
    'logs.text': ({ session, ...input }) => logs.ask(session, 'text', input),
    'logs.save': async ({ session, what, stamps, name }) => {
      const file = await chooseFile(name);
      if (file === null) return { saved: null };
      const written = await logs.ask(session, 'save', { file, what, stamps });
      return { saved: { file: fileName(file), ...written } };
    },
  };
}

/** A path's last part: the window learns no more of where a person's files are. */
const fileName = (file: string): string => file.split(/[\\/]/).at(-1) ?? file;
