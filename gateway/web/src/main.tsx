// Starts the application: the texts of one language, then the page that the address names.
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { asApiError } from './api/problem';
import { firstLanguage, loadMessages, TextsProvider } from './i18n';
import { makeRouter } from './router';
import './styles/index.css';
import { Toasts } from './ui/toasts';

const RETRIES = 3;

const queries = new QueryClient({
  queryCache: new QueryCache(),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < RETRIES && asApiError(error).passing,
      retryDelay: attempt => Math.min(500 * 2 ** attempt, 5000),
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false },
  },
});

async function start() {
  const language = firstLanguage();
  const messages = await loadMessages(language);
  document.documentElement.lang = language;
  const root = document.querySelector('#app');
  if (!root) throw new Error('no #app');
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <TextsProvider first={{ language, messages }}>
          <Toasts>
            <RouterProvider router={makeRouter(queries)} />
          </Toasts>
        </TextsProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}

void start();
