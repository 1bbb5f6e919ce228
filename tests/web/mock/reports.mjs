// Reports, answered from memory: methods of Api, and their routes.
import { TODAY } from './federation.mjs';

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
};

const P = '([^/:]+)';
export const REPORT_ROUTES = [
  ['GET', '/v1/reports/members', 'listMemberCounts'],
  ['GET', '/v1/reports/changes', 'listChangeCounts'],
  ['GET', `/v1/organs/${P}/changes`, 'listMemberChanges'],
];
