// What stands around every page: skip link, the five places, search for a person, the language, "no connection".
import { onlineManager } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useRouter } from '@tanstack/react-router';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useTexts } from '../i18n';
import { isLanguage, LANGUAGES } from '../i18n/messages';
import { useDraft } from '../lib/useDraft';
import { ImportIcon, PeopleIcon, PlanIcon, RunsIcon, TreeIcon } from './icons';
import { PersonSearch } from './PersonSearch';

function Nav() {
  const { t } = useTexts();
  return (
    <nav className="nav" aria-label={t('nav.label')}>
      <Link to="/organs">
        <TreeIcon />
        <span>{t('nav.organs')}</span>
      </Link>
      <Link to="/persons">
        <PeopleIcon />
        <span>{t('nav.persons')}</span>
      </Link>
      <Link to="/plans">
        <PlanIcon />
        <span>{t('nav.plans')}</span>
      </Link>
      <Link to="/imports">
        <ImportIcon />
        <span>{t('nav.imports')}</span>
      </Link>
      <Link to="/runs">
        <RunsIcon />
        <span>{t('nav.runs')}</span>
      </Link>
    </nav>
  );
}

function LanguageChoice() {
  const { t, language, setLanguage } = useTexts();
  return (
    <label className="language">
      <span className="visually-hidden">{t('nav.language')}</span>
      <select
        value={language}
        onChange={({ target }) => isLanguage(target.value) && setLanguage(target.value)}
      >
        {Object.entries(LANGUAGES).map(([code, { name }]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Offline() {
  const { t } = useTexts();
  const online = useSyncExternalStore(
    notify => onlineManager.subscribe(notify),
    () => onlineManager.isOnline(),
  );
  return <div role="status">{!online && <p className="offline">{t('problem.offline')}</p>}</div>;
}

/** Away from the tree, a draft that is under way is not forgotten. */
function DraftNotice() {
  const { t } = useTexts();
  const { draft } = useDraft();
  const { pathname } = useLocation();
  return (
    <div role="status" className="no-print">
      {draft && pathname !== '/organs' && (
        <p className="draft-notice">
          <Link to="/organs">{t('draft.notice', { count: draft.entries.length })}</Link>
        </p>
      )}
    </div>
  );
}

/** After a move to another page the focus goes to it, so that the keyboard and the screen reader follow. */
function useFocusOnNavigation() {
  const router = useRouter();
  const main = useRef<HTMLElement>(null);
  useEffect(
    () =>
      router.subscribe('onBeforeLoad', ({ fromLocation, pathChanged }) => {
        if (fromLocation && pathChanged) main.current?.focus({ preventScroll: true });
      }),
    [router],
  );
  return main;
}

export function Frame() {
  const { t } = useTexts();
  const main = useFocusOnNavigation();
  return (
    <>
      <a className="skip" href="#main" onClick={() => main.current?.focus()}>
        {t('nav.skip')}
      </a>
      <header className="bar">
        <div className="bar-inner">
          <Link to="/organs" className="brand">
            <img src="/favicon.svg" alt="" width="26" height="26" />
            Heimo
          </Link>
          <Nav />
          <PersonSearch />
          <LanguageChoice />
        </div>
      </header>
      <Offline />
      <DraftNotice />
      <main id="main" tabIndex={-1} ref={main}>
        <Outlet />
      </main>
      <footer className="foot">
        <Link to="/reports">{t('nav.reports')}</Link>
        <Link to="/area-changes">{t('nav.areas')}</Link>
        <Link to="/jubilees">{t('nav.jubilees')}</Link>
        <Link to="/status">{t('nav.status')}</Link>
        <a href="/openapi.json">{t('nav.api')}</a>
      </footer>
    </>
  );
}
