// The draft beside the tree: what is going to be changed, in order, and the way to its preview.
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client';
import { asApiError } from '../../api/problem';
import type { Plan } from '../../api/types';
import { useTexts } from '../../i18n';
import { changeWords, ruleOfChange, type WordContext } from '../../lib/changeWords';
import { sentChange, type Draft, type DraftEntry } from '../../lib/draft';
import { placed, unplaced, type PlacedViolation } from '../../lib/planErrors';
import { changeDraft, useDraft } from '../../lib/useDraft';
import { useWrite } from '../../lib/useWrite';
import { Button } from '../../ui/Button';
import { TextField } from '../../ui/Field';
import { DownIcon, UpIcon } from '../../ui/icons';
import { Problem, problemText } from '../../ui/Problem';
import { useSay } from '../../ui/toasts';
import type { Subject } from './subject';
import { useWords } from './useWords';

interface Props {
  onEdit: (organ: Subject, entry: DraftEntry, violations: PlacedViolation[]) => void;
}

/** The organ that the dialog of an entry is about. */
function subjectOf(entry: DraftEntry, draft: Draft, { known }: WordContext): Subject {
  const { change } = entry;
  const id = change.organ || change.parent || draft.organisationId;
  const organ = known[id];
  return {
    organId: id,
    organisationId: draft.organisationId,
    name: organ?.name ?? draft.organisationName,
    kind: organ?.kind ?? '',
    code: organ?.code ?? '',
    memberCount: organ?.memberCount ?? '0',
    childCount: organ?.childCount ?? '0',
    parentId: '',
    validTo: '',
  };
}

function Faults({ faults }: { faults: PlacedViolation[] }) {
  const { tryText } = useTexts();
  return faults.map(({ field, reason, description }) => (
    <p key={`${field} ${reason}`} className="field-error">
      {tryText(`change.field.${field.replace(/\[.*$/, '')}`) && (
        <>{tryText(`change.field.${field.replace(/\[.*$/, '')}`)}: </>
      )}
      {tryText(`reason.${reason}`) ?? <span lang="en">{description}</span>}
    </p>
  ));
}

interface EntryProps {
  entry: DraftEntry;
  place: number;
  last: boolean;
  context: WordContext;
  faults: PlacedViolation[];
  onEdit: () => void;
}

function Entry({ entry, place, last, context, faults, onEdit }: EntryProps) {
  const { t, date } = useTexts();
  const say = useSay();
  const { change } = entry;
  const words = changeWords(change, context);
  const remove = () => {
    changeDraft({ type: 'remove', id: entry.id });
    say(t('draft.removed'), () => changeDraft({ type: 'undo' }));
  };
  const name = { place: place + 1 };
  return (
    <li className="draft-entry" data-bad={faults.length > 0 || undefined} id={`draft-${place}`} tabIndex={-1}>
      <p className="small muted">
        <time dateTime={change.on}>{date(change.on)}</time>
      </p>
      <p>{words}</p>
      {ruleOfChange(change, context).map(text => (
        <p key={text} className="small muted">
          {text}
        </p>
      ))}
      <Faults faults={faults} />
      <div className="draft-acts">
        <Button look="quiet" onPress={onEdit} aria-label={t('draft.editPlace', name)}>
          {t('draft.edit')}
        </Button>
        <Button look="quiet" onPress={remove} aria-label={t('draft.removePlace', name)}>
          {t('common.remove')}
        </Button>
        <span className="draft-order">
          <Button
            look="quiet"
            isDisabled={place === 0}
            onPress={() => changeDraft({ type: 'move', id: entry.id, by: -1 })}
            aria-label={t('draft.up', name)}
          >
            <UpIcon />
          </Button>
          <Button
            look="quiet"
            isDisabled={last}
            onPress={() => changeDraft({ type: 'move', id: entry.id, by: 1 })}
            aria-label={t('draft.down', name)}
          >
            <DownIcon />
          </Button>
        </span>
      </div>
    </li>
  );
}

function usePreview(draft: Draft) {
  const navigate = useNavigate();
  const cache = useQueryClient();
  return useWrite({
    send: async () => {
      const { organisationId, title, reason, planId, entries } = draft;
      const changes = entries.map(({ change }) => sentChange(change));
      const body = { organisationId, title: title.trim(), reason: reason.trim(), changes, planId };
      return (await ask(client.POST('/v1/plans', { body }))) as Plan;
    },
    touches: [['plans']],
    done: plan => {
      cache.setQueryData(['plans', 'plan', plan.planId], plan);
      changeDraft({ type: 'clear' });
      void navigate({ to: '/plans/$planId', params: { planId: plan.planId } });
    },
  });
}

function Refusal({ error }: { error: unknown }) {
  const texts = useTexts();
  const problem = asApiError(error);
  const places = [...new Set(placed(problem.violations).map(({ place }) => place))];
  const rest = unplaced(problem.violations);
  if (places.length === 0) return <Problem error={error} />;
  return (
    <div className="problem" role="alert">
      <p>
        <strong>{texts.t('draft.refused')}</strong>
      </p>
      <ul>
        {places.map(place => (
          <li key={place}>
            <a
              href={`#draft-${place}`}
              onClick={event => {
                event.preventDefault();
                document.querySelector<HTMLElement>(`#draft-${place}`)?.focus();
              }}
            >
              {texts.t('draft.place', { place: place + 1 })}
            </a>
          </li>
        ))}
        {rest.map(({ field, reason, description }) => (
          <li key={`${field} ${reason}`}>{texts.tryText(`reason.${reason}`) ?? description}</li>
        ))}
      </ul>
      {rest.length === 0 && problem.violations.length === 0 && <p>{problemText(problem, texts)}</p>}
    </div>
  );
}

function Panel({ draft, canUndo, onEdit }: Props & { draft: Draft; canUndo: boolean }) {
  const { t } = useTexts();
  const [asking, setAsking] = useState(false);
  const preview = usePreview(draft);
  const changes = draft.entries.map(({ change }) => change);
  const context = useWords(draft.organisationId, changes, draft.known);
  const faults = preview.error ? placed(asApiError(preview.error).violations) : [];
  const describe = (more: { title?: string; reason?: string }) =>
    changeDraft({ type: 'describe', title: draft.title, reason: draft.reason, ...more });
  return (
    <aside className="draft no-print" aria-labelledby="draft-title">
      <div className="section-head">
        <div role="status">
          <h2 id="draft-title">{t('draft.title', { count: draft.entries.length })}</h2>
        </div>
        {canUndo && (
          <Button look="quiet" onPress={() => changeDraft({ type: 'undo' })}>
            {t('common.undo')}
          </Button>
        )}
      </div>
      <p className="hint">{t('draft.hint', { name: draft.organisationName })}</p>
      {preview.error && <Refusal error={preview.error} />}
      <ol className="draft-list">
        {draft.entries.map((entry, place) => (
          <Entry
            key={entry.id}
            entry={entry}
            place={place}
            last={place === draft.entries.length - 1}
            context={context}
            faults={faults.filter(fault => fault.place === place)}
            onEdit={() =>
              onEdit(
                subjectOf(entry, draft, context),
                entry,
                faults.filter(fault => fault.place === place),
              )
            }
          />
        ))}
      </ol>
      <TextField
        label={t('plan.title')}
        name="plan-title"
        hint={t('plan.title.hint')}
        value={draft.title}
        onChange={title => describe({ title })}
        maxLength={200}
      />
      <TextField
        label={t('plan.reason')}
        name="plan-reason"
        value={draft.reason}
        onChange={reason => describe({ reason })}
        maxLength={2000}
      />
      <div className="actions">
        <Button look="primary" onPress={() => preview.mutate(undefined)} isPending={preview.isPending}>
          {t('draft.preview')}
        </Button>
        {asking ? (
          <>
            <Button look="danger" onPress={() => changeDraft({ type: 'clear' })}>
              {t('draft.discard.confirm')}
            </Button>
            <Button onPress={() => setAsking(false)}>{t('common.cancel')}</Button>
          </>
        ) : (
          <Button onPress={() => setAsking(true)}>{t('draft.discard')}</Button>
        )}
      </div>
      <p className="hint">{t('draft.preview.hint')}</p>
    </aside>
  );
}

export default function DraftPanel({ onEdit }: Props) {
  const { draft, past } = useDraft();
  return draft && <Panel draft={draft} canUndo={past.length > 0} onEdit={onEdit} />;
}
