// The organisation chart as numbers: which organ stands where on which sheet, and the same as a file of its own. Levels
// go from left to right, so that hundreds of organs with long names stay readable and fill sheets of paper. Pure.
import { count, type Organ } from '../api/types';

export const BOX = { width: 208, height: 38, gapX: 40, gapY: 8, head: 34, padding: 8 } as const;
/** Widths of a letter of a name and of a digit of a number, in the widest of the usual system fonts. */
const LETTER = 7.5;
const DIGIT = 7;
/** Height of a sheet for its width, a little less than A4 between its margins. */
const SHEET = 1.4;
const LEAST_ROWS = 12;
/** So many organs are shown at first: deeper levels are opened on demand. */
const FEW = 60;

export interface ChartNode {
  id: string;
  /** The name in at most two lines. */
  lines: string[];
  name: string;
  members: number;
  x: number;
  y: number;
  /** Organs below it that are not drawn. */
  hidden: number;
  /** It began on a sheet before this one. */
  continued: boolean;
}
export interface ChartEdge {
  from: string;
  to: string;
  path: string;
}
export interface ChartSheet {
  nodes: ChartNode[];
  edges: ChartEdge[];
  width: number;
  height: number;
}
export interface Chart {
  sheets: ChartSheet[];
  /** What the organs of each level are called, where all are called the same. */
  levels: string[];
  /** How deep the tree below the chosen root goes: 0 for the root alone. */
  deepest: number;
  depth: number;
  organs: number;
}

interface Branch {
  organ: Organ;
  level: number;
  children: Branch[];
  /** Organs below it in all. */
  below: number;
}

/** How many letters of a name stand in a line beside the number of members, which has a sign for each thousand. */
export function lettersBeside(members: number) {
  const digits = String(members).length;
  const number = (digits + Math.floor((digits - 1) / 3)) * DIGIT;
  return Math.floor((BOX.width - 3 * BOX.padding - number) / LETTER);
}

/** A name in two lines of so many letters; what does not fit is cut with an ellipsis. */
export function wrapped(name: string, letters: number): string[] {
  const lines: string[] = [];
  for (const word of name.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= letters)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  const cut = (text: string) => (text.length > letters ? `${text.slice(0, letters - 1)}…` : text);
  const [first = '', second, ...rest] = lines;
  if (second === undefined) return [cut(first)];
  return [cut(first), rest.length > 0 ? cut(`${second} ${rest.join(' ')}`) : cut(second)];
}

function treeOf(organs: Organ[], rootId: string): Branch | undefined {
  const below = new Map<string, Organ[]>();
  for (const organ of organs) {
    if (organ.organId === rootId) continue;
    below.set(organ.parentId, [...(below.get(organ.parentId) ?? []), organ]);
  }
  const seen = new Set<string>();
  const branch = (organ: Organ, level: number): Branch => {
    seen.add(organ.organId);
    const children = (below.get(organ.organId) ?? [])
      .filter(({ organId }) => !seen.has(organId))
      .toSorted((a, b) => a.name.localeCompare(b.name, 'fi'))
      .map(child => branch(child, level + 1));
    const all = children.reduce((sum, child) => sum + 1 + child.below, 0);
    return { organ, level, children, below: all };
  };
  const root = organs.find(({ organId }) => organId === rootId);
  return root && branch(root, 0);
}

const deepestOf = ({ level, children }: Branch): number => Math.max(level, ...children.map(deepestOf));
const shownBelow = ({ level, children }: Branch, depth: number) => (level < depth ? children : []);

function leavesOf(branch: Branch, depth: number): Branch[] {
  const below = shownBelow(branch, depth);
  return below.length === 0 ? [branch] : below.flatMap(child => leavesOf(child, depth));
}

/** The deepest level at which the chart still fits one look. */
export function fittingDepth(root: Branch, deepest: number) {
  for (let depth = deepest; depth > 1; depth--) if (leavesOf(root, depth).length <= FEW) return depth;
  return Math.min(1, deepest);
}

/** Cuts the rows into sheets; a branch of the first level that fits on one sheet is not torn apart. */
export function cutSheets(branchOf: number[], rows: number): [number, number][] {
  const sheets: [number, number][] = [];
  for (let from = 0; from < branchOf.length;) {
    let to = Math.min(branchOf.length, from + rows);
    if (to < branchOf.length && branchOf[to] === branchOf[to - 1]) {
      const start = branchOf.indexOf(branchOf[to] ?? -1);
      const size = branchOf.lastIndexOf(branchOf[to] ?? -1) - start + 1;
      if (start > from && size <= rows) to = start;
    }
    sheets.push([from, to]);
    from = to;
  }
  return sheets;
}

const rowHeight = BOX.height + BOX.gapY;
const xOf = (level: number) => level * (BOX.width + BOX.gapX);

function edge(parent: ChartNode, child: ChartNode): ChartEdge {
  const x1 = parent.x + BOX.width;
  const y1 = parent.y + BOX.height / 2;
  const y2 = child.y + BOX.height / 2;
  const middle = x1 + BOX.gapX / 2;
  const path = `M${x1} ${y1}H${middle}V${y2}H${child.x}`;
  return { from: parent.id, to: child.id, path };
}

function sheetOf(
  root: Branch,
  depth: number,
  leaves: Branch[],
  before: Set<string>,
  width: number,
): ChartSheet {
  const row = new Map(leaves.map((leaf, index) => [leaf.organ.organId, index]));
  const sheet: ChartSheet = { nodes: [], edges: [], width, height: BOX.head + leaves.length * rowHeight };
  const place = (branch: Branch): ChartNode | undefined => {
    const { organ, level, below } = branch;
    const shown = shownBelow(branch, depth);
    const children = shown.map(place).filter(node => node !== undefined);
    const own = row.get(organ.organId);
    if (own === undefined && children.length === 0) return undefined;
    const [first, last] = [children[0], children.at(-1)];
    const members = count(organ.memberCount);
    const y = first && last ? (first.y + last.y) / 2 : BOX.head + (own ?? 0) * rowHeight;
    const node: ChartNode = {
      id: organ.organId,
      name: organ.name,
      lines: wrapped(organ.name, lettersBeside(members)),
      members,
      x: xOf(level),
      y,
      hidden: shown.length === 0 ? below : 0,
      continued: before.has(organ.organId),
    };
    sheet.nodes.push(node);
    sheet.edges.push(...children.map(child => edge(node, child)));
    return node;
  };
  place(root);
  return sheet;
}

function levelNames(root: Branch, depth: number): string[] {
  const kinds: Set<string>[] = [];
  const visit = (branch: Branch) => {
    (kinds[branch.level] ??= new Set()).add(branch.organ.kind);
    for (const child of shownBelow(branch, depth)) visit(child);
  };
  visit(root);
  return kinds.map(names => (names.size === 1 ? ([...names][0] ?? '') : ''));
}

/** The chart below an organ; undefined when it is not in the tree. `depth` 0 chooses what fits. */
export function chartOf(organs: Organ[], rootId: string, depth = 0): Chart | undefined {
  const root = treeOf(organs, rootId);
  if (!root) return undefined;
  const deepest = deepestOf(root);
  const drawn = depth > 0 ? Math.min(depth, deepest) : fittingDepth(root, deepest);
  const leaves = leavesOf(root, drawn);
  const width = xOf(drawn) + BOX.width + BOX.gapX;
  const rows = Math.max(LEAST_ROWS, Math.floor((width * SHEET - BOX.head) / rowHeight));
  const first = new Map<string, number>();
  root.children.forEach((child, index) => {
    for (const leaf of leavesOf(child, drawn)) first.set(leaf.organ.organId, index);
  });
  const branchOf = leaves.map(leaf => first.get(leaf.organ.organId) ?? -1);
  const before = new Set<string>();
  const sheets = cutSheets(branchOf, rows).map(([from, to]) => {
    const sheet = sheetOf(root, drawn, leaves.slice(from, to), new Set(before), width);
    for (const { id } of sheet.nodes) before.add(id);
    return sheet;
  });
  return { sheets, levels: levelNames(root, drawn), deepest, depth: drawn, organs: root.below + 1 };
}

const escaped = (text: string) =>
  text.replace(/[<>&"]/g, sign => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' })[sign] ?? sign);

export interface ChartTexts {
  title: string;
  members: (count: number) => string;
  hidden: (count: number) => string;
  level: (level: number) => string;
}

const STYLE = `text{font:12px system-ui,sans-serif;fill:#1b2423}.n{font-weight:600}.c{fill:#55615e;font-size:11px}
.l{fill:#55615e;font-size:11px;font-weight:600}rect{fill:#fff;stroke:#8a958f}path{fill:none;stroke:#8a958f}.t{font-size:16px;font-weight:700}`;
const TITLE_HEIGHT = 40;

/** The whole chart as one file: its sheets below one another, texts as texts. */
export function chartFile(chart: Chart, texts: ChartTexts): string {
  const width = Math.max(...chart.sheets.map(sheet => sheet.width));
  let y = TITLE_HEIGHT;
  const sheets = chart.sheets.map(sheet => {
    const heads = chart.levels.map(
      (_, level) => `<text class="l" x="${xOf(level)}" y="16">${escaped(texts.level(level))}</text>`,
    );
    const edges = sheet.edges.map(({ path }) => `<path d="${path}"/>`);
    const nodes = sheet.nodes.map(node => nodeFile(node, texts));
    const group = `<g transform="translate(0 ${y})">${[...heads, ...edges, ...nodes].join('')}</g>`;
    y += sheet.height + BOX.gapY;
    return group;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width + 20}" height="${y + 20}" viewBox="-10 -10 ${width + 20} ${y + 20}"><title>${escaped(texts.title)}</title><style>${STYLE}</style><text class="t" x="0" y="16">${escaped(texts.title)}</text>${sheets.join('')}</svg>\n`;
}

function nodeFile({ x, y, lines, members, hidden }: ChartNode, texts: ChartTexts) {
  const words = lines.map(
    (line, index) =>
      `<text class="n" x="${x + BOX.padding}" y="${y + (lines.length === 1 ? 23 : 16 + index * 14)}">${escaped(line)}</text>`,
  );
  const number = `<text class="c" text-anchor="end" x="${x + BOX.width - BOX.padding}" y="${y + 23}">${escaped(texts.members(members))}</text>`;
  const more = hidden
    ? `<text class="c" x="${x + BOX.width + 4}" y="${y + 23}">${escaped(texts.hidden(hidden))}</text>`
    : '';
  return `<rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="5"/>${words.join('')}${number}${more}`;
}
