import type { Program } from './container-programs';
import type { Pod } from './kubernetes-shapes';

/** One statement of the few that a practice container understands. */
type Statement =
  | { do: 'echo'; text: string }
  | { do: 'sleep'; seconds: string }
  | { do: 'exit'; code: string }
  | { do: 'for'; name: string; words: string[]; body: Statement[] }
  | { do: 'forever'; body: Statement[] };

/**
 * What a container runs whose command is `sh -c <script>`: `echo`, `sleep`, `exit`, `for … in …; do …; done` and
 * `while true; do …; done` are played, in practice time; nothing is run on this computer. Undefined for any other
 * command.
 */
export function shellProgram(pod: Pod): Program | undefined {
  const [container] = pod.spec.containers;
  const [shell, flag, ...rest] = [...(container?.command ?? []), ...(container?.args ?? [])];
  const script = rest[0];
  if (!/^(\/bin\/)?sh$/.test(shell ?? '') || flag !== '-c' || script === undefined) return undefined;
  const statements = parse(script);
  return statements === null
    ? async ({ log }) => {
        log('sh: syntax error: the practice estate plays echo, sleep, exit, for and while true alone');
        return 2;
      }
    : async (run) => {
        const variables = new Map<string, string>();
        const fill = (text: string): string =>
          text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, a, b) => variables.get(a ?? b) ?? '');
        const play = async (some: readonly Statement[]): Promise<number | null> => {
          for (const one of some) {
            run.signal.throwIfAborted();
            switch (one.do) {
              case 'echo':
                run.log(fill(one.text));
                break;
              case 'sleep':
                await run.wait(Number(fill(one.seconds)) || 0);
                break;
              case 'exit':
                return Number(fill(one.code)) || 0;
              case 'for':
                for (const word of one.words) {
                  variables.set(one.name, word);
                  const code = await play(one.body);
                  if (code !== null) return code;
                }
                break;
              case 'forever':
                for (;;) {
                  const code = await play(one.body);
                  if (code !== null) return code;
                  // A loop without a sleep must not stop the whole estate.
                  await run.wait(0.1);
                }
            }
          }
          return null;
        };
        return (await play(statements)) ?? 0;
      };
}

/** @returns `null` for what is not understood. */
function parse(script: string): Statement[] | null {
  const parts = script
    .replace(/\b(do)\s/g, '$1;')
    .split(/[;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const block = (inside: boolean): Statement[] | null => {
    const found: Statement[] = [];
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      if (part === 'done') return inside ? found : null;
      const [word = '', ...rest] = part.split(/\s+/);
      const text = rest.join(' ').replace(/^(["'])(.*)\1$/, '$2');
      const loop = /^for (\w+) in (.+)$/.exec(part);
      if (loop || part === 'while true') {
        if (parts.shift() !== 'do') return null;
        const body = block(true);
        if (!body) return null;
        found.push(
          loop
            ? { do: 'for', name: loop[1] ?? '', words: (loop[2] ?? '').split(/\s+/), body }
            : { do: 'forever', body },
        );
      } else if (word === 'echo') found.push({ do: 'echo', text });
      else if (word === 'sleep') found.push({ do: 'sleep', seconds: text });
      else if (word === 'exit') found.push({ do: 'exit', code: text });
      else return null;
    }
    return inside ? null : found;
  };
  return block(false);
}
