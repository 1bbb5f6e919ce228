// Views of one thing, as links: each has an address. The router would mark every link to this path as current; here
// the page says which one is.
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ReactNode } from 'react';

interface TabProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  current: boolean;
  children?: ReactNode;
}

function Tab({ current, 'aria-current': _fromRouter, children, ...props }: TabProps) {
  return (
    <a {...props} aria-current={current ? 'page' : undefined}>
      {children}
    </a>
  );
}

export const TabLink = createLink(Tab);

export function Tabs({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav className="tabs" aria-label={label}>
      {children}
    </nav>
  );
}
