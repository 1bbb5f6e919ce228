// What an organisation wants to exist for every one of its organs, set once: groups, rights, jubilees.
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { actionsQuery } from '../../api/actions';
import { organQuery, typesQuery } from '../../api/queries';
import { count, type Action } from '../../api/types';
import { useTexts } from '../../i18n';
import { useToday } from '../../lib/useToday';
import { Button, ButtonLink } from '../../ui/Button';
import { PlusIcon } from '../../ui/icons';
import { Crumbs, Empty, PageTitle, Skeleton, usePeriod } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { TableBox } from '../../ui/TableBox';
import { useForWords, useMadeWords } from './actionWords';
import { Carrying } from './Carrying';
import { useEnd } from './EndActionDialog';

const ActionDialog = lazy(() => import('./ActionDialog'));
const EndActionDialog = lazy(() => import('./EndActionDialog'));

type Open = { dialog: 'create' } | { dialog: 'change' | 'end'; action: Action } | null;

/** How many groups are open, or jubilees have been awarded. */
function Made({ action }: { action: Action }) {
  const { t } = useTexts();
  const many = { count: count(action.madeCount) };
  if (action.kind !== 'ACTION_KIND_JUBILEE') return t('action.made.groups', many);
  return (
    <Link to="/jubilees" search={{ organisation: action.organisationId }}>
      {t('action.made.jubilees', many)}
    </Link>
  );
}

function Row({ action, made, onOpen }: { action: Action; made: string; onOpen: (open: Open) => void }) {
  const { t } = useTexts();
  const today = useToday();
  const period = usePeriod();
  const forWords = useForWords();
  const restore = useEnd(action.organisationId);
  const over = action.validTo !== '' && action.validTo <= today;
  const { title } = action;
  return (
    <tr className={over ? 'over' : undefined}>
      <th scope="row">
        {title}
        <span className="line muted small">{made}</span>
        <span className="narrow muted small">
          {forWords(action)} · {period(action.validFrom, action.validTo)} · <Made action={action} />
        </span>
        {restore.error && <Problem error={restore.error} />}
      </th>
      <td className="wide">{forWords(action)}</td>
      <td className="wide">
        {period(action.validFrom, action.validTo)}
        {over && <span className="tag">{t('period.over')}</span>}
        {action.validFrom > today && <span className="tag tag-busy">{t('period.future')}</span>}
      </td>
      <td className="wide">
        <Made action={action} />
      </td>
      <td className="row-action row-acts no-print">
        <Button
          look="quiet"
          aria-label={t('action.changeOf', { title })}
          onPress={() => onOpen({ dialog: 'change', action })}
        >
          {t('fact.change')}
        </Button>
        {action.validTo ? (
          <Button
            look="quiet"
            aria-label={t('action.restoreOf', { title })}
            isPending={restore.isPending}
            onPress={() => restore.mutate({ action, validTo: '' })}
          >
            {t('action.restore')}
          </Button>
        ) : (
          <Button
            look="quiet"
            aria-label={t('action.endOf', { title })}
            onPress={() => onOpen({ dialog: 'end', action })}
          >
            {t('person.end')}
          </Button>
        )}
      </td>
    </tr>
  );
}

function Table({
  organisationId,
  actions,
  onOpen,
}: {
  organisationId: string;
  actions: Action[];
  onOpen: (open: Open) => void;
}) {
  const { t } = useTexts();
  const { data: types = [] } = useQuery(typesQuery(organisationId));
  const made = useMadeWords(types);
  return (
    <TableBox>
      <table>
        <caption className="visually-hidden">{t('action.list')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('action.column')}</th>
            <th scope="col" className="wide">
              {t('action.organKind')}
            </th>
            <th scope="col" className="wide">
              {t('period.column')}
            </th>
            <th scope="col" className="wide">
              {t('action.made')}
            </th>
            <th scope="col" className="no-print">
              <span className="visually-hidden">{t('fact.change')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {actions.map(action => (
            <Row key={action.actionId} action={action} made={made(action, action.years)} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

function Dialogs({
  organisationId,
  open,
  onClose,
}: {
  organisationId: string;
  open: Open;
  onClose: () => void;
}) {
  if (!open) return null;
  return (
    <Suspense>
      {open.dialog === 'create' && <ActionDialog organisationId={organisationId} onClose={onClose} />}
      {open.dialog === 'change' && (
        <ActionDialog organisationId={organisationId} action={open.action} onClose={onClose} />
      )}
      {open.dialog === 'end' && <EndActionDialog action={open.action} onClose={onClose} />}
    </Suspense>
  );
}

export default function ActionsPage() {
  const { t } = useTexts();
  const { organisationId } = useParams({ from: '/organisations/$organisationId/actions' });
  const organ = useQuery(organQuery(organisationId));
  const actions = useQuery(actionsQuery(organisationId));
  const [open, setOpen] = useState<Open>(null);
  const error = organ.error ?? actions.error;
  return (
    <div className="page">
      <Crumbs>
        <Link to="/organs">{t('nav.organs')}</Link>

        {organ.data && (
          <Link to="/organs/$organId" params={{ organId: organisationId }}>
            {organ.data.name}
          </Link>
        )}
      </Crumbs>
      <div className="page-head">
        <PageTitle text={t('action.list')} />
        <div className="actions">
          <ButtonLink to="/jubilees" search={{ organisation: organisationId }}>
            {t('nav.jubilees')}
          </ButtonLink>
          <Button look="primary" onPress={() => setOpen({ dialog: 'create' })}>
            <PlusIcon />
            {t('action.create')}
          </Button>
        </div>
      </div>
      <p className="muted">{t('action.intro')}</p>
      {error && (
        <Problem
          error={error}
          onRetry={() => {
            void organ.refetch();
            void actions.refetch();
          }}
        />
      )}
      {actions.isPending && !error && <Skeleton />}
      {actions.data?.length === 0 && (
        <Empty title={t('action.none')}>
          <p>{t('action.none.text')}</p>
        </Empty>
      )}
      {actions.data && actions.data.length > 0 && (
        <Table organisationId={organisationId} actions={actions.data} onOpen={setOpen} />
      )}
      {actions.data && actions.data.length > 0 && <Carrying />}
      <Dialogs organisationId={organisationId} open={open} onClose={() => setOpen(null)} />
    </div>
  );
}
