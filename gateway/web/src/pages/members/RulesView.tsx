// The rules that an organ's members must satisfy: those of its own and those it inherits.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ancestorsQuery, rulesQuery, typesQuery } from '../../api/queries';
import type { MembershipType, Organ, Rule } from '../../api/types';
import { useTexts } from '../../i18n';
import { ruleText } from '../../lib/rule';
import { Button } from '../../ui/Button';
import { Empty, Skeleton, usePeriod } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { TableBox } from '../../ui/TableBox';

/** A rule in the reader's language; in the service's words where it cannot be told. */
export function RuleWords({ rule }: { rule: Rule }) {
  const { t, locale } = useTexts();
  if (rule.nodes.length === 0) return <span className="muted">{t('rule.noneFromHere')}</span>;
  const text = ruleText(rule.nodes, t, locale);
  return text === undefined ? <span lang="en">{rule.text}</span> : <span>{text}</span>;
}

function RuleRow({
  rule,
  types,
  path,
  organ,
}: {
  rule: Rule;
  types: MembershipType[];
  path: Organ[];
  organ: Organ;
}) {
  const { t } = useTexts();
  const period = usePeriod();
  const type = types.find(({ typeId }) => typeId === rule.typeId);
  const carrier = path.find(({ organId }) => organId === rule.organId);
  return (
    <tr>
      <td>
        {!rule.organId && type && t('rule.ofType', { type: type.name })}
        {carrier && carrier.organId !== organ.organId && (
          <Link to="/organs/$organId" params={{ organId: carrier.organId }} search={{ view: 'rules' }}>
            {carrier.name}
          </Link>
        )}
        {carrier?.organId === organ.organId && t('rule.own')}
        {rule.organId && type && <span className="muted"> · {t('rule.forType', { type: type.name })}</span>}
      </td>
      <td>
        <RuleWords rule={rule} />
        <span className="narrow muted small">{period(rule.validFrom, rule.validTo)}</span>
      </td>
      <td className="wide">{period(rule.validFrom, rule.validTo)}</td>
    </tr>
  );
}

export function RulesView({ organ, onChange }: { organ: Organ; onChange: () => void }) {
  const { t } = useTexts();
  const rules = useQuery(rulesQuery(organ.organId));
  const types = useQuery(typesQuery(organ.organisationId || organ.organId));
  const path = useQuery(ancestorsQuery(organ.organId));
  if (rules.error) return <Problem error={rules.error} onRetry={() => void rules.refetch()} />;
  if (!rules.data) return <Skeleton />;
  return (
    <>
      <div className="section-head">
        <p className="muted">{t('rule.intro')}</p>
        <Button onPress={onChange}>{t('rule.change')}</Button>
      </div>
      {rules.data.length === 0 ? (
        <Empty title={t('rule.empty')} />
      ) : (
        <TableBox>
          <table>
            <caption className="visually-hidden">{t('organ.view.rules')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('rule.from.column')}</th>
                <th scope="col">{t('rule.column')}</th>
                <th scope="col" className="wide">
                  {t('period.column')}
                </th>
              </tr>
            </thead>
            <tbody>
              {rules.data.map(rule => (
                <RuleRow
                  key={rule.ruleId}
                  rule={rule}
                  types={types.data ?? []}
                  path={path.data ?? []}
                  organ={organ}
                />
              ))}
            </tbody>
          </table>
        </TableBox>
      )}
    </>
  );
}
