// Holds a table that may be wider than the window. Only then can it be scrolled, and so be reached, by the keyboard.
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTexts } from '../i18n';

interface Props {
  children: ReactNode;
  /** Old rows stay, paler, while new ones are fetched. */
  stale?: boolean;
  /** Inside a panel: no frame of its own. */
  plain?: boolean;
}

export function TableBox({ children, stale = false, plain = false }: Props) {
  const { t } = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const [wide, setWide] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWide(element.scrollWidth > element.clientWidth));
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, []);
  return (
    <div
      ref={box}
      className={plain ? 'table-box table-plain' : 'table-box'}
      data-stale={stale || undefined}
      {...(wide && { tabIndex: 0, role: 'group', 'aria-label': t('common.table') })}
    >
      {children}
    </div>
  );
}
