// A new action, or other words, rights or years for one that is there. What it is for stays as it was set.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { actionsQuery, organKindsQuery } from '../../api/actions';
import { ask, client } from '../../api/client';
import { ApiError } from '../../api/problem';
import { typesQuery } from '../../api/queries';
import type { Action } from '../../api/types';
import { useTexts } from '../../i18n';
import { changedFields } from '../../lib/conflict';
import { missing } from '../../lib/required';
import { useToday } from '../../lib/useToday';
import { useWrite } from '../../lib/useWrite';
import { yearsOf } from '../../lib/years';
import { DateField } from '../../ui/DateField';
import { Dialog } from '../../ui/Dialog';
import { FieldSet, SelectField, TextField } from '../../ui/Field';
import { Form } from '../../ui/Form';
import { fieldErrors } from '../../ui/Problem';
import { useKind } from '../organs/kind';
import { ACTION_KINDS, RIGHTS, useMadeWords, type KnownKind } from './actionWords';

interface Props {
  organisationId: string;
  /** The action to change; none for a new one. */
  action?: Action;
  onClose: () => void;
}

const needsPosition = (kind: string) =>
  kind === 'ACTION_KIND_POSITION_GROUP' || kind === 'ACTION_KIND_ACCESS';
const takesType = (kind: string) => kind === 'ACTION_KIND_MEMBER_GROUP' || kind === 'ACTION_KIND_JUBILEE';

interface Draft {
  kind: KnownKind;
  title: string;
  position: string;
  typeId: string;
  organKind: string;
  rights: string[];
  years: string;
  validFrom: string;
}

const NEW: Draft = {
  kind: 'ACTION_KIND_MEMBER_GROUP',
  title: '',
  position: '',
  typeId: '',
  organKind: '',
  rights: ['members.read'],
  years: '10, 25, 50',
  validFrom: '',
};

const draftOf = (action: Action): Draft => ({
  ...action,
  kind: ACTION_KINDS.find(kind => kind === action.kind) ?? 'ACTION_KIND_MEMBER_GROUP',
  years: action.years.join(', '),
});

/** What can be said of it before it is sent, in the shape of the API's own answer. */
function refusal(draft: Draft): ApiError | null {
  const { kind, title, position, rights, years } = draft;
  const lacking = missing({
    title,
    ...(needsPosition(kind) && { position }),
    ...(kind === 'ACTION_KIND_ACCESS' && { rights: rights.join('') }),
    ...(kind === 'ACTION_KIND_JUBILEE' && { years }),
  });
  if (lacking || kind !== 'ACTION_KIND_JUBILEE' || yearsOf(years)) return lacking;
  return new ApiError(400, 'INVALID_ARGUMENT', '', [
    { field: 'years', reason: 'INVALID_YEARS', description: '' },
  ]);
}

/** The members of the message that its kind has. */
function bodyOf({ kind, title, position, typeId, organKind, rights, years, validFrom }: Draft) {
  return {
    kind,
    title: title.trim(),
    organKind,
    validFrom,
    ...(needsPosition(kind) && { position: position.trim() }),
    ...(takesType(kind) && { typeId }),
    ...(kind === 'ACTION_KIND_ACCESS' && { rights }),
    ...(kind === 'ACTION_KIND_JUBILEE' && { years: yearsOf(years) ?? [] }),
  };
}

/** What may be changed, as texts that can be compared. */
const changeable = ({ title, rights, years }: Draft) => ({
  title: title.trim(),
  rights: rights.join(' '),
  years,
});

function useSave(organisationId: string, draft: Draft, action: Action | undefined, onClose: () => void) {
  const { t } = useTexts();
  const cache = useQueryClient();
  const { queryKey } = actionsQuery(organisationId);
  return useWrite({
    send: async () => {
      const body = bodyOf(draft);
      if (!action) {
        const params = { path: { organisation_id: organisationId } };
        return ask(client.POST('/v1/organisations/{organisation_id}/actions', { params, body }));
      }
      const fields = changedFields(changeable(draftOf(action)), changeable(draft));
      if (fields.length === 0) return action;
      const params = { path: { action_id: action.actionId }, query: { updateMask: fields.join(',') } };
      try {
        return await ask(
          client.PATCH('/v1/actions/{action_id}', { params, body: { ...body, etag: action.etag } }),
        );
      } catch (error) {
        // Perhaps somebody else was quicker: the list shows what is there now.
        void cache.invalidateQueries({ queryKey });
        throw error;
      }
    },
    touches: [queryKey, ['runs', 'hierarchy', 'newest'], ['groups']],
    notice: t(action ? 'action.changed' : 'action.created', { title: draft.title.trim() }),
    done: onClose,
  });
}

function Rights({
  chosen,
  onChange,
  error,
}: {
  chosen: string[];
  onChange: (rights: string[]) => void;
  error?: string | undefined;
}) {
  const { t } = useTexts();
  return (
    <FieldSet legend={t('action.rights')}>
      <div className="checks" id="field-rights">
        {RIGHTS.map(right => (
          <label className="check" key={right}>
            <input
              type="checkbox"
              checked={chosen.includes(right)}
              onChange={({ target }) =>
                onChange(RIGHTS.filter(known => (known === right ? target.checked : chosen.includes(known))))
              }
            />
            {t(`right.${right}`)}
          </label>
        ))}
      </div>
      {error && <span className="field-error">{error}</span>}
    </FieldSet>
  );
}

interface PartProps {
  draft: Draft;
  set: (part: Partial<Draft>) => void;
  errors: Record<string, string>;
  labels: Record<string, string>;
}

/** What is chosen once and stays. */
function Scope({ organisationId, draft, set, errors, labels }: PartProps & { organisationId: string }) {
  const { t } = useTexts();
  const kindName = useKind();
  const { data: types = [] } = useQuery(typesQuery(organisationId));
  const { data: kinds = [] } = useQuery(organKindsQuery(organisationId));
  const { kind } = draft;
  return (
    <>
      <div className="field-row">
        <SelectField
          label={t('action.organKind')}
          name="organKind"
          value={draft.organKind}
          onChange={organKind => set({ organKind })}
          options={[
            {
              value: '',
              label: t(kind === 'ACTION_KIND_JUBILEE' ? 'action.for.organisation' : 'action.for.all'),
            },
            ...kinds.map(value => ({ value, label: t('action.for.kind', { kind: kindName(value) }) })),
          ]}
        />
        {takesType(kind) && (
          <SelectField
            label={t('members.type')}
            name="typeId"
            value={draft.typeId}
            onChange={typeId => set({ typeId })}
            error={errors['typeId']}
            options={[
              { value: '', label: t('members.allTypes') },
              ...types.map(({ typeId, name }) => ({ value: typeId, label: name })),
            ]}
          />
        )}
      </div>
      <DateField
        label={labels['validFrom'] ?? ''}
        name="validFrom"
        hint={t(kind === 'ACTION_KIND_JUBILEE' ? 'action.validFrom.jubilee' : 'action.validFrom.hint')}
        value={draft.validFrom}
        onChange={validFrom => set({ validFrom })}
        error={errors['validFrom']}
      />
    </>
  );
}

export default function ActionDialog({ organisationId, action, onClose }: Props) {
  const texts = useTexts();
  const { t } = texts;
  const today = useToday();
  const [draft, setDraft] = useState<Draft>(() => (action ? draftOf(action) : { ...NEW, validFrom: today }));
  const [refused, setRefused] = useState<ApiError | null>(null);
  const { data: types = [] } = useQuery(typesQuery(organisationId));
  const made = useMadeWords(types);
  const set = (part: Partial<Draft>) => setDraft(before => ({ ...before, ...part }));
  const write = useSave(organisationId, draft, action, onClose);
  const error = refused ?? write.error;
  const errors = fieldErrors(error, texts);
  const { kind } = draft;
  const submit = () => {
    const problem = refusal(draft);
    setRefused(problem);
    if (!problem) write.mutate(undefined);
  };
  const labels = {
    kind: t('action.kind'),
    title: t('action.title'),
    position: t('fact.value.FACT_KIND_POSITION'),
    typeId: t('members.type'),
    rights: t('action.rights'),
    years: t('action.years'),
    validFrom: t('period.from'),
  };
  const title = action ? t('action.changeOf', { title: action.title }) : t('action.create');
  return (
    <Dialog title={title} open onClose={onClose}>
      <Form
        submit={action ? t('common.save') : t('action.create')}
        busy={write.isPending}
        error={error}
        labels={labels}
        onSubmit={submit}
        onCancel={onClose}
      >
        {action ? (
          <p className="muted">{made(action, action.years)}</p>
        ) : (
          <SelectField
            label={labels.kind}
            name="kind"
            value={kind}
            onChange={next => set({ kind: ACTION_KINDS.find(known => known === next) ?? kind })}
            options={ACTION_KINDS.map(value => ({ value, label: t(`action.kind.${value}`) }))}
          />
        )}
        <TextField
          label={labels.title}
          name="title"
          hint={t(kind === 'ACTION_KIND_JUBILEE' ? 'action.title.jubilee' : 'action.title.hint')}
          value={draft.title}
          onChange={value => set({ title: value })}
          error={errors['title']}
          required
          maxLength={100}
        />
        {needsPosition(kind) && !action && (
          <TextField
            label={labels.position}
            name="position"
            hint={t('action.position.hint')}
            value={draft.position}
            onChange={position => set({ position })}
            error={errors['position']}
            required
            maxLength={100}
          />
        )}
        {kind === 'ACTION_KIND_ACCESS' && (
          <Rights chosen={draft.rights} onChange={rights => set({ rights })} error={errors['rights']} />
        )}
        {kind === 'ACTION_KIND_JUBILEE' && (
          <TextField
            label={labels.years}
            name="years"
            hint={t('action.years.hint')}
            value={draft.years}
            onChange={years => set({ years })}
            error={errors['years']}
            required
            maxLength={100}
          />
        )}
        {!action && (
          <Scope organisationId={organisationId} draft={draft} set={set} errors={errors} labels={labels} />
        )}
      </Form>
    </Dialog>
  );
}
