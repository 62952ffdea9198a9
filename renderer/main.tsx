import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './theme.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './data/query-client';
import { createAppRouter } from './router';
import { ErrorBoundary } from './shell/error-boundary';
import { fontsLoaded } from './shell/fonts';
import { cssVariablesResolver, theme } from './theme';

// The app:// handler gives every page a fresh nonce; style elements made at run time need it under the page's
// content-security policy (Mantine's variables, and the scroll lock of dialogs by get-nonce).
const meta = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
const nonce = meta.startsWith('__') ? '' : meta;
if (nonce) setNonce(nonce);

const root = document.getElementById('root');
if (!root) throw new Error('The page has no root element.');

const queries = createQueryClient();

await fontsLoaded(1_000);
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <ErrorBoundary place="The window">
        <QueryClientProvider client={queries}>
          <RouterProvider router={createAppRouter(queries)} />
        </QueryClientProvider>
      </ErrorBoundary>
    </MantineProvider>
  </StrictMode>,
);
