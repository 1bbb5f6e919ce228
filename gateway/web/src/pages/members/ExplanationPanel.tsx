// Why a person is a member of an organ, or why not: every condition, whether it holds, by which fact, since when.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { explanationQuery, organQuery, personQuery, rulesQuery, typesQuery } from '../../api/queries';
import type { Explanation, ExplanationNode, Fact } from '../../api/types';
import { useTexts } from '../../i18n';
import { explanationTree, wordsOf, type TreeNode } from '../../lib/explanation';
import { DateField } from '../../ui/DateField';
import { Dialog } from '../../ui/Dialog';
import { SelectField } from '../../ui/Field';
import { OrganPicker } from '../../ui/OrganPicker';
import { NoIcon, YesIcon } from '../../ui/icons';
import { PersonLink, Skeleton, usePeriod } from '../../ui/parts';
import { Problem } from '../../ui/Problem';

/** A sign, a word and a colour: never the colour alone. */
export function Truth({ holds }: { holds: boolean }) {
  const { t } = useTexts();
  return (
    <span className={holds ? 'truth truth-yes' : 'truth truth-no'}>
      {holds ? <YesIcon /> : <NoIcon />}
      {t(holds ? 'explain.holds' : 'explain.fails')}
    </span>
  );
}

function FactLine({ fact }: { fact: Fact }) {
  const { tryText, date } = useTexts();
  const period = usePeriod();
  const name = tryText(`fact.${fact.kind}`) ?? fact.kind;
  const value = fact.kind === 'FACT_KIND_BIRTH_DATE' ? date(fact.value) : fact.value;
  return (
    <li className="muted small">
      {name}
      {value && `: ${value}`}
      {fact.validFrom || fact.validTo ? ` · ${period(fact.validFrom, fact.validTo)}` : ''}
    </li>
  );
}

function Branch({
  nodes,
  words,
}: {
  nodes: TreeNode[];
  words: (node: ExplanationNode) => string | undefined;
}) {
  const { t, date } = useTexts();
  return (
    <ul>
      {nodes.map(({ node, children, place }) => {
        const told = words(node);
        return (
          <li key={place}>
            <div className="explain-line">
              <Truth holds={node.holds} />
              <span>
                {told === undefined ? <span lang="en">{node.text}</span> : told}
                {node.kind !== 'condition' && node.ruleValidFrom && (
                  <span className="muted small">
                    {' '}
                    · {t('explain.ruleSince', { from: date(node.ruleValidFrom) })}
                  </span>
                )}
              </span>
            </div>
            {node.facts.length > 0 && (
              <ul className="explain-facts">
                {node.facts.map(fact => (
                  <FactLine key={`${fact.factId} ${fact.kind}`} fact={fact} />
                ))}
              </ul>
            )}
            {children.length > 0 && <Branch nodes={children} words={words} />}
          </li>
        );
      })}
    </ul>
  );
}

function Verdict({ explanation }: { explanation: Explanation }) {
  const { t, tryText } = useTexts();
  const period = usePeriod();
  const origin = tryText(`origin.${explanation.origin}`);
  return (
    <p className={explanation.member ? 'verdict verdict-yes' : 'verdict verdict-no'}>
      <strong>{t(explanation.member ? 'explain.member' : 'explain.notMember')}</strong>
      {explanation.member && ` · ${period(explanation.validFrom, explanation.validTo)}`}
      {explanation.member && origin && <span className="muted"> · {origin}</span>}
    </p>
  );
}

export interface Asked {
  organId: string;
  personId: string;
  typeId: string;
  on: string;
  /** What was known at the end of this day; empty: now. */
  known: string;
}

/** The reason at the organ whose own rules place the person: for the organs above it, that is the reason. */
function Through({ belowId, asked }: { belowId: string; asked: Asked }) {
  const { t } = useTexts();
  const organ = useQuery(organQuery(belowId, asked.on));
  const name = organ.data?.name ?? '';
  return (
    <section className="stack" aria-label={t('explain.through', { name })}>
      <p>
        <Link to="/organs/$organId" params={{ organId: belowId }}>
          {t('explain.through', { name })}
        </Link>
      </p>
      <Reason asked={{ ...asked, organId: belowId }} />
    </section>
  );
}

/** The answer; its sentence is in the language of the page, so that each language has its own. */
function useExplanation({ organId, personId, typeId, on, known }: Asked) {
  const { language } = useTexts();
  const query = explanationQuery(organId, personId, typeId, on, known, language);
  return useQuery({ ...query, enabled: organId !== '' });
}

/** The whole answer in one sentence, for those who need no more. */
function Sentence({ asked }: { asked: Asked }) {
  const { data } = useExplanation(asked);
  return data?.text ? <p className="explain-text">{data.text}</p> : null;
}

function Reason({ asked }: { asked: Asked }) {
  const { t, locale } = useTexts();
  const { organId } = asked;
  const { data, error, refetch } = useExplanation(asked);
  const rules = useQuery(rulesQuery(organId));
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton />;
  const words = (node: ExplanationNode) => wordsOf(node, data.nodes, rules.data ?? [], t, locale);
  return (
    <>
      <Verdict explanation={data} />
      {data.belowOrganId && data.belowOrganId !== organId ? (
        <Through belowId={data.belowOrganId} asked={asked} />
      ) : (
        data.nodes.length > 0 && <Branch nodes={explanationTree(data.nodes)} words={words} />
      )}
    </>
  );
}

/** Which organ, type and days the question is about. */
function Question({ asked, onAsk }: { asked: Asked; onAsk: (more: Partial<Asked>) => void }) {
  const { t } = useTexts();
  const { organId, typeId, on, known } = asked;
  const organ = useQuery({ ...organQuery(organId, on), enabled: organId !== '' });
  const { data: types = [] } = useQuery(typesQuery(organ.data?.organisationId ?? ''));
  const picker = (
    <OrganPicker
      key={organ.data?.organId ?? ''}
      label={t('fact.organ')}
      name="why-organ"
      initialText={organ.data?.name ?? ''}
      on={on}
      onChange={chosen => chosen && onAsk({ organId: chosen.organId, typeId: '' })}
    />
  );
  if (!organId) return picker;
  return (
    <details>
      <summary>{t('explain.other')}</summary>
      <div className="stack explain-ask">
        {picker}
        {types.length > 1 && (
          <SelectField
            label={t('members.type')}
            name="why-type"
            value={typeId}
            onChange={next => onAsk({ typeId: next })}
            options={[
              { value: '', label: t('explain.anyType') },
              ...types.map(type => ({ value: type.typeId, label: type.name })),
            ]}
          />
        )}
        <div className="field-row">
          <DateField
            label={t('members.on')}
            name="why-on"
            value={on}
            onChange={next => onAsk({ on: next })}
          />
          <DateField
            label={t('explain.known')}
            name="why-known"
            value={known}
            onChange={next => onAsk({ known: next })}
          />
        </div>
      </div>
    </details>
  );
}

interface PanelProps extends Asked {
  /** The person's card lies behind the panel. */
  onCard?: boolean;
  onAsk: (more: Partial<Asked>) => void;
  onClose: () => void;
}

export function ExplanationPanel({ onClose, onAsk, onCard, ...asked }: PanelProps) {
  const { t, date } = useTexts();
  const { personId, organId, on, known } = asked;
  const person = useQuery(personQuery(personId));
  const organ = useQuery({ ...organQuery(organId, on), enabled: organId !== '' });
  const name = person.data ? `${person.data.givenName} ${person.data.familyName}` : '';
  const days = [
    on && t('explain.onDay', { day: date(on) }),
    known && t('explain.asKnown', { day: date(known) }),
  ].filter(Boolean);
  return (
    <Dialog title={name ? t('explain.titleOf', { name }) : t('explain.title')} open side onClose={onClose}>
      <div className="explain">
        <Sentence asked={asked} />
        {organ.data && (
          <p>
            <strong>{organ.data.name}</strong>
            {days.length > 0 && <span className="muted"> · {days.join(' · ')}</span>}
          </p>
        )}
        <Question asked={asked} onAsk={onAsk} />
        {organId && <Reason asked={asked} />}
        {name && !onCard && (
          <p>
            <PersonLink personId={personId} name={t('explain.card', { name })} />
          </p>
        )}
      </div>
    </Dialog>
  );
}
