// Actions and what they make, answered from memory: methods of Api, and their routes.
import { newId, TODAY } from './federation.mjs';

const holds = ({ validFrom, validTo }, on) => (validFrom === '' || validFrom <= on) && (validTo === '' || on < validTo);
const POSITION_KINDS = ['ACTION_KIND_POSITION_GROUP', 'ACTION_KIND_ACCESS'];
const years = (day, more) => `${Number (day.slice (0, 4)) + more}${day.slice (4)}`;

function violation (field, reason) {
  return { field, reason, description: reason.toLowerCase () };
}

function check (action) {
  const given = field => (Array.isArray (action[field]) ? action[field].length > 0 : Boolean (action[field]));
  const needed = [['title', true], ['position', POSITION_KINDS.includes (action.kind)], ['rights', action.kind === 'ACTION_KIND_ACCESS'], ['years', action.kind === 'ACTION_KIND_JUBILEE']];
  const wrong = needed.flatMap (([field, wanted]) => {
    if (wanted === given (field)) {
      return [];
    }
    return [violation (field, wanted ? 'REQUIRED' : 'FIELD_NOT_ALLOWED')];
  });
  return action.validTo && action.validTo < action.validFrom ? [...wrong, violation ('validTo', 'REVERSED')] : wrong;
}

export const actionMethods = {
  /** The organs an action is for, the organisation first. */
  organsOf (action) {
    return this.federation.organs.filter (({ organisationId, organId, kind }) => organisationId === action.organisationId
      && (action.organKind ? kind === action.organKind : action.kind !== 'ACTION_KIND_JUBILEE' || organId === organisationId));
  },

  /** Groups are worked out when they are asked for; the ids are those of the action and the organ. */
  allGroups (on) {
    return this.federation.actions.filter (({ kind }) => kind !== 'ACTION_KIND_JUBILEE').flatMap (action => this.organsOf (action).map (organ => ({
      groupId: `${action.actionId.slice (0, 24)}${action.actionId.slice (-6)}${organ.organId.slice (-6)}`, actionId: action.actionId, kind: action.kind, title: action.title,
      organId: organ.organId, organName: organ.name, position: action.position, typeId: action.typeId, rights: action.rights, validFrom: action.validFrom, validTo: action.validTo, open: holds (action, on) })));
  },

  showAction (action) {
    const made = action.kind === 'ACTION_KIND_JUBILEE' ? this.jubileesOf (action) : this.allGroups (TODAY).filter (group => group.actionId === action.actionId && group.open);
    return { ...action, madeCount: String (made.length) };
  },

  listActions ({ path }) {
    const mine = this.federation.actions.filter (({ organisationId }) => organisationId === path[0]);
    return { actions: [...mine].sort ((a, b) => a.kind.localeCompare (b.kind) || a.title.localeCompare (b.title)).map (action => this.showAction (action)) };
  },

  carryOut (action) {
    const type = action.kind === 'ACTION_KIND_JUBILEE' ? 'jubilees' : 'actions';
    this.startRun (type, '', this.federation.organs.length, 900, () => undefined).service = 'hierarchy';
    return this.showAction (action);
  },

  createAction ({ path, body }) {
    const action = { position: '', typeId: '', organKind: '', rights: [], years: [], validTo: '', ...body, validFrom: body.validFrom || TODAY };
    this.refuse (check (action));
    Object.assign (action, { actionId: newId (), organisationId: path[0], author: 'registrar', recordTime: new Date ().toISOString (), etag: '"1"' });
    this.federation.actions.push (action);
    return this.carryOut (action);
  },

  updateAction ({ path, query, body }) {
    const action = this.find ('actions', 'actionId', path[0]);
    if (body.etag && body.etag !== action.etag) {
      this.fail (412, 'ETAG_MISMATCH');
    }
    const changed = { ...action };
    for (const field of query.get ('updateMask').split (',')) {
      changed[field] = body[field];
    }
    this.refuse (check (changed));
    Object.assign (action, changed, { etag: `"${Number (action.etag.replaceAll ('"', '')) + 1}"` });
    return this.carryOut (action);
  },

  listGroups ({ query }) {
    const on = query.get ('on') || TODAY;
    const [organId, actionId, closed] = ['organId', 'actionId', 'closed'].map (name => query.get (name));
    return this.page (this.allGroups (on).filter (group => (!organId || group.organId === organId) && (!actionId || group.actionId === actionId) && (closed === 'true' || group.open)), query, 200, 'groups');
  },

  listGroupMembers ({ path, query, accept }) {
    const on = query.get ('on') || TODAY;
    const group = this.allGroups (on).find (({ groupId }) => groupId === path[0]);
    if (!group) {
      this.fail (404, 'GROUP_NOT_FOUND');
    }
    const { memberships, facts } = this.federation;
    const periods = group.kind === 'ACTION_KIND_MEMBER_GROUP' ? memberships.filter (({ typeId }) => !group.typeId || typeId === group.typeId)
      : facts.filter (({ kind, value }) => kind === 'FACT_KIND_POSITION' && value === group.position);
    const rows = (group.open ? periods : []).filter (period => period.organId === group.organId && holds (period, on)).map (({ personId, validFrom, validTo }) => {
      const { memberNumber, familyName, givenName } = this.person (personId);
      return { personId, memberNumber, familyName, givenName, validFrom, validTo };
    }).sort ((a, b) => `${a.familyName} ${a.givenName} ${a.personId}`.localeCompare (`${b.familyName} ${b.givenName} ${b.personId}`, 'fi'));
    return accept.includes ('text/csv') ? { csv: rows } : this.page (rows, query, 50, 'members');
  },

  listRights ({ path, query }) {
    const on = query.get ('on') || TODAY;
    const held = this.federation.facts.filter (fact => fact.personId === path[0] && fact.kind === 'FACT_KIND_POSITION' && holds (fact, on));
    return { rights: held.flatMap (fact => this.allGroups (on).filter (group => group.kind === 'ACTION_KIND_ACCESS' && group.open && group.organId === fact.organId && group.position === fact.value)
      .flatMap (group => group.rights.map (right => ({ right, organId: group.organId, organName: group.organName, position: group.position, actionId: group.actionId, actionTitle: group.title,
        validFrom: fact.validFrom, validTo: fact.validTo })))) };
  },

  jubileesOf (action) {
    const organs = new Map (this.organsOf (action).map (organ => [organ.organId, organ]));
    return this.federation.memberships.filter (({ organId, typeId }) => organs.has (organId) && (!action.typeId || typeId === action.typeId)).flatMap (membership =>
      action.years.map (many => [many, years (membership.validFrom, many)])
        .filter (([, day]) => day >= action.validFrom && day <= TODAY && (membership.validTo === '' || day < membership.validTo))
        .map (([many, day]) => {
          const { memberNumber, familyName, givenName } = this.person (membership.personId);
          return { jubileeId: `${membership.membershipId}${many}`, personId: membership.personId, memberNumber, familyName, givenName, organId: membership.organId, organName: membership.organName,
            typeId: membership.typeId, years: many, reachedOn: day, actionId: action.actionId, recordTime: action.recordTime, withdrawTime: '' };
        }));
  },

  listJubilees ({ query, accept }) {
    const [organisationId, personId, organId, from, to] = ['organisationId', 'personId', 'organId', 'from', 'to'].map (name => query.get (name));
    const within = id => this.federation.memberships.some (membership => membership.personId === id && membership.organId === organId);
    const rows = this.federation.actions.filter (action => action.kind === 'ACTION_KIND_JUBILEE' && (!organisationId || action.organisationId === organisationId))
      .flatMap (action => this.jubileesOf (action))
      .filter (row => (!personId || row.personId === personId) && (!organId || within (row.personId)) && (!from || row.reachedOn >= from) && (!to || row.reachedOn < to))
      .sort ((a, b) => b.reachedOn.localeCompare (a.reachedOn) || b.jubileeId.localeCompare (a.jubileeId));
    return accept.includes ('text/csv') ? { csv: rows } : this.page (rows, query, 50, 'jubilees');
  },
};

const P = '([^/:]+)';
export const ACTION_ROUTES = [
  ['GET', `/v1/organisations/${P}/actions`, 'listActions'],
  ['POST', `/v1/organisations/${P}/actions`, 'createAction'],
  ['PATCH', `/v1/actions/${P}`, 'updateAction'],
  ['GET', '/v1/groups', 'listGroups'],
  ['GET', `/v1/groups/${P}/members`, 'listGroupMembers'],
  ['GET', `/v1/persons/${P}/rights`, 'listRights'],
  ['GET', '/v1/jubilees', 'listJubilees'],
];
