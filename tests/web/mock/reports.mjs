// Reports, answered from memory: methods of Api, and their routes.
import { STAMP, TODAY } from './federation.mjs';

const within = (day, from, to) => day !== '' && from <= day && day < to;
const dayBefore = day => new Date (Date.parse (`${day}T00:00:00Z`) - 86400000).toISOString ().slice (0, 10);
const holds = ({ validFrom, validTo }, on) => (validFrom === '' || validFrom <= on) && (validTo === '' || on < validTo);

export const reportMethods = {
  /** An organ and those below it, as the tree is read. */
  downFrom (organ, on, depth = 0) {
    const below = this.federation.organs.filter (one => one.parentId === organ.organId && holds (one, on)).sort ((a, b) => a.name.localeCompare (b.name, 'fi'));
    return [{ organ, depth }, ...below.flatMap (one => this.downFrom (one, on, depth + 1))];
  },

  /** A row for each organ and type, zeroes included. */
  countRows (query, on, from = '', to = '') {
    const top = this.find ('organs', 'organId', query.get ('organId'));
    const typeId = query.get ('typeId');
    const types = this.federation.types.filter (type => type.organisationId === top.organisationId && (!typeId || type.typeId === typeId));
    return (holds (top, on) ? this.downFrom (top, on) : []).flatMap (({ organ, depth }) => types.map (type => {
      const rows = this.federation.memberships.filter (row => row.organId === organ.organId && row.typeId === type.typeId);
      const many = test => String (rows.filter (test).length);
      const period = from && { before: many (row => holds (row, dayBefore (from))), joined: many (row => within (row.validFrom, from, to)), left: many (row => within (row.validTo, from, to)) };
      return { organId: organ.organId, organCode: organ.code, organName: organ.name, organKind: organ.kind, parentId: organ.parentId, depth, typeId: type.typeId, typeName: type.name,
        members: many (row => holds (row, on)), before: '0', joined: '0', left: '0', ...period };
    }));
  },

  listMemberCounts ({ query, accept }) {
    const known = query.get ('asKnownOn');
    const rows = this.countRows (query, query.get ('on') || TODAY).map (row => (known && known < '2000' ? { ...row, members: '0' } : row));
    return accept.includes ('text/csv') ? { csv: rows } : this.page (rows, query, 200, 'counts');
  },

  periodOf (query) {
    const [from, to] = [query.get ('from'), query.get ('to')];
    this.refuse (from < to ? [] : [{ field: 'to', reason: 'PERIOD_REVERSED', description: 'The period ends before it begins' }]);
    return [from, to];
  },

  listChangeCounts ({ query, accept }) {
    const [from, to] = this.periodOf (query);
    const rows = this.countRows (query, dayBefore (to), from, to);
    return accept.includes ('text/csv') ? { csv: rows } : this.page (rows, query, 200, 'counts');
  },

  listMemberChanges ({ path, query, accept }) {
    const organ = this.find ('organs', 'organId', path[0]);
    const [from, to] = this.periodOf (query);
    const [typeId, change] = [query.get ('typeId'), query.get ('change')];
    const mine = this.federation.memberships.filter (row => row.organId === organ.organId && (!typeId || row.typeId === typeId));
    const rows = mine.flatMap (row => [['joined', row.validFrom], ['left', row.validTo]].filter (([name, day]) => (!change || name === change) && within (day, from, to)).map (([name, on]) => {
      const { memberNumber, familyName, givenName } = this.person (row.personId);
      return { personId: row.personId, memberNumber, familyName, givenName, typeId: row.typeId, typeName: row.typeName, change: name, on, validFrom: row.validFrom, validTo: row.validTo };
    })).sort ((a, b) => `${a.familyName} ${a.givenName} ${a.personId}`.localeCompare (`${b.familyName} ${b.givenName} ${b.personId}`, 'fi'));
    return accept.includes ('text/csv') ? { csv: rows } : this.page (rows, query, 50, 'changes');
  },

  /** Its life, its places, its rules: on record from the beginning, by a plan after that. */
  organRecords (organ) {
    const NONE = { validFrom: organ.validFrom, validTo: '', parentId: '', parentName: '', typeId: '', typeName: '', text: '', recordTime: STAMP, author: 'registrar', planId: '', planTitle: '',
      supersedeTime: '', supersedingPlanId: '', supersedingPlanTitle: '' };
    const name = id => this.federation.organs.find (({ organId }) => organId === id)?.name ?? '';
    const record = (kind, more) => ({ recordId: `${kind}-${organ.organId}-${records.length}`, kind, ...NONE, ...more });
    const records = [];
    const plans = this.plans.list.filter (({ state }) => state === 'PLAN_STATE_APPLIED').sort ((a, b) => a.applyTime.localeCompare (b.applyTime));
    const moves = plans.flatMap (plan => plan.changes.filter (change => change.kind === 'CHANGE_KIND_MOVE' && change.organ === organ.organId).map (change => ({ plan, change })));
    const first = moves[0]?.plan.inside.before.organs.find (({ organId }) => organId === organ.organId) ?? organ;
    records.push (record ('life', { validTo: organ.validTo }));
    records.push (record ('place', { parentId: first.parentId, parentName: name (first.parentId) }));
    for (const rule of this.federation.rules.filter (({ organId }) => organId === organ.organId)) {
      records.push (record ('rule', { validFrom: rule.validFrom, text: rule.text, recordTime: rule.recordTime, typeId: rule.typeId }));
    }
    for (const { plan, change } of moves) {
      const [old] = records.filter (({ kind, supersedeTime }) => kind === 'place' && !supersedeTime).slice (-1);
      Object.assign (old, { supersedeTime: plan.applyTime, supersedingPlanId: plan.planId, supersedingPlanTitle: plan.title });
      const made = { recordTime: plan.applyTime, planId: plan.planId, planTitle: plan.title };
      records.push (record ('place', { ...old, ...made, recordId: `${old.recordId}-cut`, validTo: change.on, supersedeTime: '', supersedingPlanId: '', supersedingPlanTitle: '' }));
      records.push (record ('place', { ...made, validFrom: change.on, parentId: change.parent, parentName: name (change.parent) }));
    }
    return records.sort ((a, b) => b.recordTime.localeCompare (a.recordTime));
  },

  listOrganHistory ({ path, query, accept }) {
    const rows = this.organRecords (this.find ('organs', 'organId', path[0]));
    return accept.includes ('text/csv') ? { csv: rows } : this.page (rows, query, 100, 'records');
  },
};

const P = '([^/:]+)';
export const REPORT_ROUTES = [
  ['GET', '/v1/reports/members', 'listMemberCounts'],
  ['GET', '/v1/reports/changes', 'listChangeCounts'],
  ['GET', `/v1/organs/${P}/changes`, 'listMemberChanges'],
  ['GET', `/v1/organs/${P}/history`, 'listOrganHistory'],
];
