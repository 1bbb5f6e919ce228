// Buttons, and links that look like them.
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ReactNode, Ref } from 'react';
import { Button as AriaButton, type ButtonProps } from 'react-aria-components';

type Look = 'plain' | 'primary' | 'danger' | 'quiet';

export function Button({
  look = 'plain',
  ...props
}: ButtonProps & { look?: Look; ref?: Ref<HTMLButtonElement> }) {
  return <AriaButton {...props} className={`button button-${look}`} />;
}

function Anchor({
  look = 'plain',
  ...props
}: AnchorHTMLAttributes<HTMLAnchorElement> & { look?: Look; children?: ReactNode }) {
  // oxlint-disable-next-line jsx-a11y/anchor-has-content -- the caller gives the content
  return <a {...props} className={`button button-${look}`} />;
}
/** A link within the application that looks like a button. */
export const ButtonLink = createLink(Anchor);
