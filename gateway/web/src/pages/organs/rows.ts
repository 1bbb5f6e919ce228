// Turns what is loaded of the tree into the rows that are shown, top to bottom. No drawing here.
import { count, type Organ, type Organisation } from '../../api/types';
import type { Branch, Mark } from '../../lib/overlay';
import type { Subject } from '../plans/subject';

export interface TreeRow {
  id: string;
  name: string;
  kind: string;
  code: string;
  memberCount: number;
  /** 1 for an organisation. */
  level: number;
  /** From 1, among its siblings. */
  position: number;
  siblings: number;
  expandable: boolean;
  expanded: boolean;
  /** Open, and what is below it has not arrived. */
  loading: boolean;
  /** Not an organ: the line that fetches more below this parent. */
  more: string;
  /** First day without it, when its life has an end on record. */
  validTo: string;
  /** What a draft does to it. */
  mark: Mark | null;
  /** What a dialog about it needs to know; null for the line that fetches more. */
  subject: Subject | null;
}

type Node = Pick<
  TreeRow,
  'id' | 'name' | 'kind' | 'code' | 'memberCount' | 'expandable' | 'validTo' | 'mark' | 'subject'
>;

/** What a draft makes of the tree. */
export interface Changed {
  marks: Map<string, Mark>;
  grown: Map<string, number>;
}
const UNCHANGED: Changed = { marks: new Map(), grown: new Map() };

const organNode = (organ: Organ, { marks, grown }: Changed): Node => ({
  id: organ.organId,
  name: organ.name,
  kind: organ.kind,
  code: organ.code,
  memberCount: count(organ.memberCount),
  expandable: count(organ.childCount) + (grown.get(organ.organId) ?? 0) > 0,
  validTo: organ.validTo,
  mark: marks.get(organ.organId) ?? null,
  subject: organ,
});

/** The organisation as the organ at the top; `root` is that organ on the day shown, when another than today. */
const organisationNode = (organisation: Organisation, root: Organ | undefined, changed: Changed): Node => {
  const { organisationId, code, name, validTo } = organisation;
  const organ = {
    organId: organisationId,
    organisationId,
    name,
    code,
    validTo,
    kind: 'organisation',
    parentId: '',
    memberCount: root?.memberCount ?? organisation.memberCount,
    childCount: root?.childCount ?? String(count(organisation.organCount) - 1),
  };
  return organNode({ ...organ, validFrom: '', parentName: '', etag: '', hasRule: false }, changed);
};

export function treeRows(
  organisations: Organisation[],
  open: Set<string>,
  branches: Map<string, Branch>,
  roots: Map<string, Organ> = new Map(),
  changed: Changed = UNCHANGED,
) {
  const rows: TreeRow[] = [];
  const add = (nodes: Node[], level: number, moreOf: string) => {
    nodes.forEach((node, index) => {
      const expanded = node.expandable && open.has(node.id);
      const branch = branches.get(node.id);
      rows.push({
        ...node,
        level,
        position: index + 1,
        siblings: nodes.length,
        expanded,
        loading: expanded && branch === undefined,
        more: '',
      });
      if (expanded && branch) {
        const below = branch.organs.map(organ => organNode(organ, changed));
        add(below, level + 1, branch.more ? node.id : '');
      }
    });
    if (moreOf) {
      const nothing = {
        name: '',
        kind: '',
        code: '',
        memberCount: 0,
        expandable: false,
        expanded: false,
        loading: false,
        validTo: '',
        mark: null,
        subject: null,
      };
      const place = { level, position: nodes.length + 1, siblings: nodes.length + 1 };
      rows.push({ id: `more-${moreOf}`, ...nothing, ...place, more: moreOf });
    }
  };
  const tops = organisations.map(one => organisationNode(one, roots.get(one.organisationId), changed));
  add(tops, 1, '');
  return rows;
}
