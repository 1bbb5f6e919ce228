// What each form of a change is given.
import type { ReactNode } from 'react';
import type { OrganChange } from '../../../api/types';
import type { MessageKey } from '../../../i18n/messages';
import type { KnownOrgan } from '../../../lib/draft';
import type { Group } from '../../../lib/ruleTree';
import type { Subject } from '../subject';

export interface Written {
  /** Turns what the form holds into the changes of the set; without it, the change itself. */
  finish?: (change: OrganChange) => OrganChange[];
}

export interface FormProps {
  change: OrganChange;
  set: (more: Partial<OrganChange>) => void;
  errors: Record<string, string>;
  organ: Subject;
  target?: Subject;
  /** What an organ or a person ("person:…") is called that the change names; empty when it is not known. */
  nameOf: (id: string) => string;
  /** Says what an organ that the change names is called. */
  remember: (id: string, organ: KnownOrgan) => void;
  /** Rules as they are being edited, by the name of their field. */
  rules: Record<string, Group>;
  setRule: (name: string, tree: Group) => void;
  write: (written: Written) => void;
  isNew: boolean;
}

export interface ChangeForm {
  Fields: (props: FormProps) => ReactNode;
  /** Names of its fields, for the list of errors. */
  labels: Record<string, MessageKey>;
}
