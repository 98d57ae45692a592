import './app/without-eval.ts';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './theme/tokens.css';
import './theme/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { IntlProvider } from 'react-intl';
import { App } from './app/app.tsx';
import { openConnection } from './app/connection.ts';
import { HostProvider } from './app/host.tsx';
import { reopenLastPlace } from './app/route.ts';
import { codeMessages } from './i18n/code-texts.ts';
import en from './i18n/en.json';
import { startTheme } from './theme/theme.ts';

startTheme();
reopenLastPlace();
const connection = openConnection();
const messages = { ...codeMessages, ...en };

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root');
createRoot(root).render(
  <StrictMode>
    <IntlProvider
      locale={navigator.language.startsWith('en') ? navigator.language : 'en'}
      defaultLocale="en"
      messages={messages}
    >
      <HostProvider connection={connection}>
        <App />
      </HostProvider>
    </IntlProvider>
  </StrictMode>,
);
