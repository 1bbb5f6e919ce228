// Small parts that every page uses.
import { Link } from '@tanstack/react-router';
import { Children, useEffect, useRef, type ReactNode } from 'react';
import { useTexts } from '../i18n';

/** The title of a page: in the document's title too, and where the focus lands after a navigation. */
export function PageTitle({ children, text }: { children?: ReactNode; text: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${text} · Heimo`;
  }, [text]);
  useEffect(() => {
    // The frame puts the focus on <main> when the path changes; from there it goes on to the heading.
    if (document.activeElement?.id === 'main') heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children ?? text}
    </h1>
  );
}

/** The way to this page: links from the outermost inwards. */
export function Crumbs({ children }: { children: ReactNode }) {
  const { t } = useTexts();
  return (
    <nav className="crumbs" aria-label={t('nav.path')}>
      <ol>{Children.map(children, link => link && <li>{link}</li>)}</ol>
    </nav>
  );
}

/** A grey shape of what is to come; said once, not line by line. */
export function Skeleton({ lines = 6 }: { lines?: number }) {
  const { t } = useTexts();
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">{t('common.loading')}</span>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} className={`skeleton-line skeleton-${index % 3}`} />
      ))}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** "1 Mar 2020 – 5 May 2024": the last day shown is the last one of the period, not the first after it. */
export function usePeriod() {
  const { t, date } = useTexts();
  return (from: string, to: string) => {
    if (!from && !to) return t('period.always');
    if (!to) return t('period.since', { from: date(from) });
    const last = new Date(`${to}T00:00:00Z`);
    last.setUTCDate(last.getUTCDate() - 1);
    const end = date(last.toISOString().slice(0, 10));
    return from ? t('period.between', { from: date(from), to: end }) : t('period.until', { to: end });
  };
}

export function PersonLink({ personId, name }: { personId: string; name: string }) {
  return (
    <Link to="/persons/$personId" params={{ personId }}>
      {name}
    </Link>
  );
}

/** How far something is. Unknown totals show a bar that moves. */
export function Progress({ label, value, total }: { label: string; value: number; total: number }) {
  const { number } = useTexts();
  const share = total > 0 ? Math.min(1, value / total) : 0;
  return (
    <div className="progress">
      <div className="progress-label">
        <span>{label}</span>
        <span className="numbers">{total > 0 ? `${number(value)} / ${number(total)}` : ''}</span>
      </div>
      {total > 0 ? <progress aria-label={label} max={1} value={share} /> : <progress aria-label={label} />}
    </div>
  );
}
