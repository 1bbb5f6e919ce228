// Which form each kind of change has.
import type { ChangeKind } from '../../../api/types';
import type { ChangeForm } from './form';
import { merge, split } from './merge';
import { endException, exception, rule } from './rules';
import { create, end, move, reopen } from './tree';

export const FORMS: Record<ChangeKind, ChangeForm> = {
  CHANGE_KIND_UNSPECIFIED: end,
  CHANGE_KIND_CREATE: create,
  CHANGE_KIND_MOVE: move,
  CHANGE_KIND_MERGE: merge,
  CHANGE_KIND_SPLIT: split,
  CHANGE_KIND_END: end,
  CHANGE_KIND_REOPEN: reopen,
  CHANGE_KIND_RULE: rule,
  CHANGE_KIND_ADD_EXCEPTION: exception,
  CHANGE_KIND_END_EXCEPTION: endException,
};
