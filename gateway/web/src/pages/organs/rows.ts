// Turns what is loaded of the tree into the rows that are shown, top to bottom. No drawing here.
import type { Organ, Organisation } from '../../api/types';
import { count } from '../../api/types';

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
}

export interface Branch {
  organs: Organ[];
  more: boolean;
}

type Node = Pick<TreeRow, 'id' | 'name' | 'kind' | 'code' | 'memberCount' | 'expandable'>;

const organNode = (organ: Organ): Node => ({
  id: organ.organId,
  name: organ.name,
  kind: organ.kind,
  code: organ.code,
  memberCount: count(organ.memberCount),
  expandable: count(organ.childCount) > 0,
});

const organisationNode = (organisation: Organisation): Node => ({
  id: organisation.organisationId,
  name: organisation.name,
  kind: 'organisation',
  code: organisation.code,
  memberCount: count(organisation.memberCount),
  expandable: count(organisation.organCount) > 1,
});

export function treeRows(organisations: Organisation[], open: Set<string>, branches: Map<string, Branch>) {
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
      if (expanded && branch) add(branch.organs.map(organNode), level + 1, branch.more ? node.id : '');
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
      };
      const place = { level, position: nodes.length + 1, siblings: nodes.length + 1 };
      rows.push({ id: `more-${moreOf}`, ...nothing, ...place, more: moreOf });
    }
  };
  add(organisations.map(organisationNode), 1, '');
  return rows;
}
