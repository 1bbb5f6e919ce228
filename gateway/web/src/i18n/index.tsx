// The language in use: chosen once, remembered, its texts fetched alone; dates and numbers by Intl.
import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { I18nProvider } from 'react-aria-components';
import {
  fill,
  isLanguage,
  LANGUAGES,
  type Language,
  type MessageKey,
  type Messages,
  type Values,
} from './messages';

const REMEMBERED_AS = 'heimo.language';

const LOADERS: Record<Language, () => Promise<Messages>> = {
  fi: () => import('./fi').then(module => module.fi),
  sv: () => import('./sv').then(module => module.sv),
  en: () => import('./en').then(module => module.en),
  nl: () => import('./nl').then(module => module.nl),
};

export interface Texts {
  language: Language;
  locale: string;
  /** The text of a key. */
  t: (key: MessageKey, values?: Values) => string;
  /** The text of a key that may not exist: for words that services send. */
  tryText: (key: string) => string | undefined;
  /** "9 May 2011"; what is not a day is returned as it is. */
  date: (day: string | undefined) => string;
  /** Day and time of an instant. */
  time: (instant: string | undefined) => string;
  number: (value: number) => string;
  setLanguage: (language: Language) => void;
}

const TextsContext = createContext<Texts | null>(null);

export function useTexts() {
  const texts = use(TextsContext);
  if (!texts) throw new Error('useTexts outside TextsProvider');
  return texts;
}

/** Storage may be switched off; then the choice lasts as long as the page. */
function remembered() {
  try {
    return localStorage.getItem(REMEMBERED_AS);
  } catch {
    return null;
  }
}

export function firstLanguage(): Language {
  const chosen = remembered();
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map(tag => tag.slice(0, 2)).find(isLanguage) ?? 'en';
}

export const loadMessages = (language: Language) => LOADERS[language]();

const DAY = /^\d{4}-\d\d-\d\d$/;

function textsOf(language: Language, messages: Messages, setLanguage: (language: Language) => void): Texts {
  const { locale } = LANGUAGES[language];
  const days = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  const times = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const numbers = new Intl.NumberFormat(locale);
  const tryText = (key: string) => {
    const message = (messages as Record<string, Messages[MessageKey]>)[key];
    return message === undefined ? undefined : fill(message, locale);
  };
  return {
    language,
    locale,
    t: (key, values) => fill(messages[key], locale, values),
    tryText,
    date: day => (day && DAY.test(day) ? days.format(new Date(`${day}T00:00:00Z`)) : (day ?? '')),
    time: instant => (instant ? times.format(new Date(instant)) : ''),
    number: value => numbers.format(value),
    setLanguage,
  };
}

interface Loaded {
  language: Language;
  messages: Messages;
}

export function TextsProvider({ first, children }: { first: Loaded; children: ReactNode }) {
  const [loaded, setLoaded] = useState(first);
  const setLanguage = useCallback(async (language: Language) => {
    const messages = await loadMessages(language);
    try {
      localStorage.setItem(REMEMBERED_AS, language);
    } catch {
      // Not remembered; said above.
    }
    // Before anything asks anew: services make sentences in the language that the document names.
    document.documentElement.lang = language;
    setLoaded({ language, messages });
  }, []);
  const texts = useMemo(
    () => textsOf(loaded.language, loaded.messages, language => void setLanguage(language)),
    [loaded, setLanguage],
  );
  useEffect(() => {
    document.documentElement.lang = loaded.language;
  }, [loaded.language]);
  return (
    <I18nProvider locale={texts.locale}>
      <TextsContext value={texts}>{children}</TextsContext>
    </I18nProvider>
  );
}
