// Svenska. A file for each area of the application.
import type { Messages } from '../messages';
import { actions } from './actions';
import { areas } from './areas';
import { frame } from './frame';
import { imports } from './imports';
import { members } from './members';
import { organs } from './organs';
import { persons } from './persons';
import { plans } from './plans';
import { reasons } from './reasons';
import { reports } from './reports';
import { rules } from './rules';
import { runs } from './runs';

export const sv: Messages = {
  ...frame,
  ...reasons,
  ...organs,
  ...rules,
  ...members,
  ...persons,
  ...actions,
  ...plans,
  ...areas,
  ...imports,
  ...runs,
  ...reports,
};
