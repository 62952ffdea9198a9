import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Bridge } from '../../shared/contract/bridge';
import type { OutputOf, ProcedureName } from '../../shared/contract/contract';
import { FailureError, fail, ok } from '../../shared/domain/failure/failure';
import { createQueryClient } from '../data/query-client';
import { devBridge } from '../dev/dev-bridge';
import { createAppRouter } from '../router';
import { cssVariablesResolver, theme } from '../theme';
import { useUiState } from '../ui/layout/ui-state';

export interface Asked {
  name: ProcedureName;
  input: unknown;
}

/**
 * The whole renderer on fixtures, as a person meets it, with a record of what it asked the main process.
 * `answers`: what the main process says instead, by procedure; a `FailureError` is told, another error loses the answer.
 */
export function renderApp(
  options: {
    state?: string;
    route?: string;
    apps?: number;
    answers?: { [Name in ProcedureName]?: () => OutputOf<Name> };
  } = {},
) {
  const asked: Asked[] = [];
  const inner = devBridge({ apps: options.apps ?? 14, state: options.state ?? 'practice', scheme: 'light' });
  const call = Object.fromEntries(
    Object.entries(inner.call).map(([name, ask]) => [
      name,
      (input: never) => {
        asked.push({ name: name as ProcedureName, input });
        const own = options.answers?.[name as ProcedureName];
        if (!own) return (ask as (input: unknown) => unknown)(input);
        return Promise.resolve()
          .then(() => ok(own()))
          .catch((error: unknown) => {
            if (error instanceof FailureError) return fail(error.failure);
            throw error;
          });
      },
    ]),
  ) as unknown as Bridge['call'];
  const bridge: Bridge = { ...inner, call };
  Object.defineProperty(window, 'signalbox', { value: bridge, configurable: true });
  window.location.hash = options.route ?? '/';
  useUiState.setState(useUiState.getInitialState(), true);
  const queries = createQueryClient();
  const view = render(
    <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} env="test">
      <QueryClientProvider client={queries}>
        <RouterProvider router={createAppRouter(queries)} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { ...view, asked, user: userEvent.setup() };
}
