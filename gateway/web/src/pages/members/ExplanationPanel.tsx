// Why a person is a member of an organ, or why not: every condition, whether it holds, by which fact, since when.
import { useQuery } from '@tanstack/react-query';
import { explanationQuery, personQuery, rulesQuery } from '../../api/queries';
import type { Explanation, ExplanationNode, Fact, Rule } from '../../api/types';
import { useTexts } from '../../i18n';
import { explanationTree, wordsOf, type TreeNode } from '../../lib/explanation';
import { Dialog } from '../../ui/Dialog';
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

interface Props {
  organId: string;
  personId: string;
  typeId: string;
  on: string;
  onClose: () => void;
}

export function ExplanationPanel({ organId, personId, typeId, on, onClose }: Props) {
  const { t, locale } = useTexts();
  const explanation = useQuery(explanationQuery(organId, personId, typeId, on));
  const person = useQuery(personQuery(personId));
  const rules = useQuery(rulesQuery(organId));
  const name = person.data ? `${person.data.givenName} ${person.data.familyName}` : '';
  const words = (node: ExplanationNode) =>
    wordsOf(node, explanation.data?.nodes ?? [], (rules.data ?? []) as Rule[], t, locale);
  return (
    <Dialog title={name ? t('explain.titleOf', { name }) : t('explain.title')} open side onClose={onClose}>
      {explanation.error && <Problem error={explanation.error} onRetry={() => void explanation.refetch()} />}
      {explanation.isPending && <Skeleton />}
      {explanation.data && (
        <div className="explain">
          <Verdict explanation={explanation.data} />
          {explanation.data.nodes.length > 0 && (
            <Branch nodes={explanationTree(explanation.data.nodes)} words={words} />
          )}
          {name && (
            <p>
              <PersonLink personId={personId} name={t('explain.card', { name })} />
            </p>
          )}
        </div>
      )}
    </Dialog>
  );
}
