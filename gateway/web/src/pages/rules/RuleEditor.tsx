// A rule, written like a sentence: people who meet all (or any) of these conditions, groups of conditions inside. Says
// what it means in one sentence and how many people it matches, while it is being written.
import { useQuery } from '@tanstack/react-query';
import { useTexts } from '../../i18n';
import { nodesOf, isWhole, newCondition, newGroup, withPart, DEEPEST } from '../../lib/ruleTree';
import type { Group, Part } from '../../lib/ruleTree';
import { ruleMatchesQuery } from '../../api/queries';
import { count } from '../../api/types';
import { ruleText } from '../../lib/rule';
import { useDebounced } from '../../lib/useDebounced';
import { Button } from '../../ui/Button';
import { ConditionLine } from './ConditionLine';

const REST_MS = 400;

interface GroupProps {
  group: Group;
  depth: number;
  /** "2" or "2.1": where it stands, for those who hear it. */
  place: string;
  name: string;
  change: (id: number, next: (part: Part) => Part | null) => void;
}

function Joint({ group, first }: { group: Group; first: boolean }) {
  const { t } = useTexts();
  if (first) return <span className="rule-joint">{t('rule.who')}</span>;
  return <span className="rule-joint">{t(group.op === 'all' ? 'rule.and' : 'rule.or')}</span>;
}

function GroupHead({ group, place, name, change, depth }: GroupProps) {
  const { t } = useTexts();
  const set = (more: Partial<Group>) => change(group.id, part => ({ ...part, ...more }) as Part);
  const choice = `${group.not ? 'not-' : ''}${group.op}`;
  if (depth === 0 && group.parts.length < 2 && !group.not) return null;
  return (
    <div className="rule-head">
      <label className="rule-how">
        <span className="visually-hidden">{t('rule.how', { place })}</span>
        <select
          id={`field-${name}-op-${place}`}
          value={choice}
          onChange={({ target }) =>
            set({
              op: target.value.endsWith('any') ? 'any' : 'all',
              not: target.value.startsWith('not'),
            })
          }
        >
          <option value="all">{t('rule.op.all')}</option>
          <option value="any">{t('rule.op.any')}</option>
          <option value="not-all">{t('rule.op.notAll')}</option>
          <option value="not-any">{t('rule.op.notAny')}</option>
        </select>
      </label>
      {depth > 0 && (
        <Button
          look="quiet"
          onPress={() => change(group.id, () => null)}
          aria-label={t('rule.removeGroup', { place })}
        >
          {t('common.remove')}
        </Button>
      )}
    </div>
  );
}

function GroupView(props: GroupProps) {
  const { group, depth, place, name, change } = props;
  const { t } = useTexts();
  const add = (part: Part) =>
    change(group.id, old => (old.type === 'group' ? { ...old, parts: [...old.parts, part] } : old));
  const last = group.parts.findLast(part => part.type === 'condition');
  const fresh = () => newCondition(last?.kind ?? 'municipality');
  return (
    <>
      <GroupHead {...props} />
      {group.parts.map((part, index) => {
        const here = place ? `${place}.${index + 1}` : String(index + 1);
        return (
          <div key={part.id} className={part.type === 'group' ? 'rule-part rule-nested' : 'rule-part'}>
            <Joint group={group} first={index === 0} />
            {part.type === 'condition' ? (
              <ConditionLine
                condition={part}
                place={here}
                name={name}
                onChange={next => change(part.id, () => next)}
                onRemove={() => change(part.id, () => null)}
              />
            ) : (
              <div role="group" className="rule-group" aria-label={t('rule.group', { place: here })}>
                <GroupView group={part} depth={depth + 1} place={here} name={name} change={change} />
              </div>
            )}
          </div>
        );
      })}
      <div className="actions">
        <Button onPress={() => add(fresh())}>{t('rule.add')}</Button>
        {group.parts.length > 0 && depth < DEEPEST && (
          <Button
            look="quiet"
            onPress={() => add(newGroup(group.op === 'all' ? 'any' : 'all', [fresh(), fresh()]))}
          >
            {t('rule.addGroup')}
          </Button>
        )}
      </div>
    </>
  );
}

/** The rule in a sentence, and how many people it matches on the day. */
function Matches({ tree, organId, on }: { tree: Group; organId: string; on: string }) {
  const { t, locale } = useTexts();
  const nodes = nodesOf(tree);
  const whole = isWhole(tree) && nodes.length > 0;
  const still = useDebounced(whole ? JSON.stringify(nodes) : '[]', REST_MS);
  const asked = JSON.parse(still) as typeof nodes;
  const { data, isError } = useQuery(ruleMatchesQuery(organId, asked, on));
  const sentence = whole ? ruleText(nodes, t, locale) : undefined;
  const counted = whole && asked.length > 0 && data && !isError;
  return (
    <div className="rule-sum">
      {sentence && <p className="rule-sentence">{t('rule.sentence', { rule: sentence })}</p>}
      <p className="rule-count" role="status">
        {counted &&
          t('rule.matches', { count: count(data.matchCount), total: count(data.personCount) }) +
            (organId ? ` ${t('rule.eligible', { count: count(data.eligibleCount) })}` : '')}
      </p>
    </div>
  );
}

interface Props {
  tree: Group;
  onChange: (tree: Group) => void;
  /** The organ that carries it; empty where it is not on record yet, or for the rule of a type. */
  organId: string;
  on: string;
  legend?: string;
  /** Said when there is no condition. */
  none?: string;
  error?: string | undefined;
  name?: string;
}

export function RuleEditor(props: Props) {
  const { tree, onChange, organId, on, legend, none, error, name = 'rule' } = props;
  const { t } = useTexts();
  const empty = tree.parts.length === 0;
  return (
    <fieldset id={`field-${name}`} className="rule-editor" tabIndex={-1}>
      <legend>{legend ?? t('rule.legend')}</legend>
      <p className="hint">{empty ? (none ?? t('rule.none')) : t('rule.hint')}</p>
      {error && <p className="field-error">{error}</p>}
      <GroupView
        group={tree}
        depth={0}
        place=""
        name={name}
        change={(id, next) => onChange(withPart(tree, id, next))}
      />
      <Matches tree={tree} organId={organId.startsWith('code:') ? '' : organId} on={on} />
    </fieldset>
  );
}
