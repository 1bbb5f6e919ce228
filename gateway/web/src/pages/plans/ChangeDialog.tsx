// One change of the tree, written down with its day and put into the draft. Nothing is on record by it.
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client';
import { ApiError, type Violation } from '../../api/problem';
import { organisationsQuery } from '../../api/queries';
import type { ChangeKind, Organ, OrganChange } from '../../api/types';
import { useTexts } from '../../i18n';
import type { MessageKey } from '../../i18n/messages';
import { isForeign, knownOrgans, newChange, type DraftEntry, type KnownOrgan } from '../../lib/draft';
import { isWhole, type Group } from '../../lib/ruleTree';
import { changeDraft, useDraft } from '../../lib/useDraft';
import { useWrite } from '../../lib/useWrite';
import { Button } from '../../ui/Button';
import { DateField } from '../../ui/DateField';
import { Dialog } from '../../ui/Dialog';
import { Form } from '../../ui/Form';
import { fieldErrors } from '../../ui/Problem';
import { useSay } from '../../ui/toasts';
import { FORMS } from './forms';
import type { Written } from './forms/form';
import { knownOf, type Subject } from './subject';

interface Props {
  kind: ChangeKind;
  organ: Subject;
  /** The day shown, offered as the day of the change. */
  day: string;
  /** Where it was dropped. */
  target?: Subject | undefined;
  entry?: DraftEntry | undefined;
  violations?: Violation[];
  onClose: () => void;
}

const ASKS: Partial<Record<ChangeKind, (keyof OrganChange)[]>> = {
  CHANGE_KIND_CREATE: ['parent', 'name', 'code'],
  CHANGE_KIND_MOVE: ['parent'],
  CHANGE_KIND_MERGE: ['target'],
  CHANGE_KIND_ADD_EXCEPTION: ['personId', 'typeId', 'reason'],
};

/** A path inside a change as the name of a field of the form: "parts[1].rule[0].values" -> "parts-1-rule". */
function fieldOf(path: string) {
  const [head = ''] = path.split(/(?<=rule)\[/);
  return head.replace(/[[\].]+/g, '-').replace(/-$/, '') || 'on';
}

function missingIn(change: OrganChange, rules: Record<string, Group>): Violation[] {
  const empty = (ASKS[change.kind] ?? []).filter(field => !change[field]).map(field => [field, 'REQUIRED']);
  const parts = change.parts.flatMap(({ code, name }, index) =>
    [!name && `parts-${index}-name`, !code && `parts-${index}-code`]
      .filter(field => field !== false)
      .map(field => [field, 'REQUIRED']),
  );
  const unfinished = Object.entries(rules)
    .filter(([, tree]) => !isWhole(tree))
    .map(([field]) => [field, 'INCOMPLETE_RULE']);
  const day = change.on ? [] : [['on', 'REQUIRED']];
  return [...empty, ...parts, ...unfinished, ...day].map(([field = '', reason = '']) => ({
    field,
    reason,
    description: '',
  }));
}

const firstOf = ({ kind, organ, day, target }: Props): OrganChange => {
  const on = { organ: organ.organId };
  if (kind === 'CHANGE_KIND_CREATE') return newChange(kind, day, { parent: organ.organId });
  if (kind === 'CHANGE_KIND_MOVE') return newChange(kind, day, { ...on, parent: target?.organId ?? '' });
  if (kind === 'CHANGE_KIND_SPLIT') {
    const part = { code: '', name: '', organKind: '', rule: [], children: [] };
    return newChange(kind, day, { ...on, parts: [part, part] });
  }
  return newChange(kind, day, on);
};

function Foreign({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useTexts();
  return (
    <>
      <p>{t('draft.foreign', { name })}</p>
      <div className="actions">
        <Button onPress={onClose}>{t('common.close')}</Button>
      </div>
    </>
  );
}

/** A new organ alone moves nobody by surprise; it need not wait for a preview. */
function useCreateNow(onClose: () => void) {
  const { t } = useTexts();
  const say = useSay();
  const navigate = useNavigate();
  return useWrite({
    send: async ({ name, code, organKind, parent, on, rule }: OrganChange) => {
      const organ = { name, code, kind: organKind, parentId: parent, validFrom: on };
      return (await ask(client.POST('/v1/organs', { body: { organ, rule } }))) as Organ;
    },
    touches: [['organs']],
    done: ({ organId, name }) => {
      say(t('organ.created', { name }));
      onClose();
      void navigate({ to: '/organs/$organId', params: { organId } });
    },
  });
}

function ChangeForm(props: Props) {
  const { kind, organ, target, entry, violations = [], onClose } = props;
  const texts = useTexts();
  const { t } = texts;
  const { data: organisations = [] } = useQuery(organisationsQuery());
  const [change, setChange] = useState(() => entry?.change ?? firstOf(props));
  const [rules, setRules] = useState<Record<string, Group>>({});
  const [known, setKnown] = useState<Record<string, KnownOrgan>>(() => ({
    [organ.organId]: knownOf(organ),
    ...(target && { [target.organId]: knownOf(target) }),
  }));
  const [written, setWritten] = useState<Written>({});
  const [refused, setRefused] = useState<ApiError | null>(() =>
    violations.length > 0
      ? new ApiError(
          400,
          'INVALID_ARGUMENT',
          '',
          violations.map(violation => ({ ...violation, field: fieldOf(violation.field) })),
        )
      : null,
  );
  const atOnce = useCreateNow(onClose);
  const errors = fieldErrors(refused ?? atOnce.error, texts);
  const { draft } = useDraft();
  const inDraft = draft ? knownOrgans(draft) : {};
  const { Fields, labels } = FORMS[kind];
  const fieldLabels = Object.fromEntries(
    Object.entries({ on: 'change.on', ...labels }).map(([field, key]) => [field, t(key as MessageKey)]),
  );
  const finish = () => (written.finish ? written.finish(change) : [change]);
  /** The changes, or nothing when something is missing. */
  const checked = () => {
    const finished = finish();
    const problems = missingIn(finished.at(-1) ?? change, rules);
    setRefused(problems.length > 0 ? new ApiError(400, 'INVALID_ARGUMENT', '', problems) : null);
    return problems.length > 0 ? undefined : finished;
  };
  const submit = () => {
    const finished = checked();
    if (!finished) return;
    if (entry) changeDraft({ type: 'replace', id: entry.id, changes: finished, known });
    else {
      const { organisationId } = organ;
      const name =
        organisations.find(one => one.organisationId === organisationId)?.name ??
        (organ.organId === organisationId ? organ.name : '');
      changeDraft({ type: 'add', organisation: { organisationId, name }, changes: finished, known });
    }
    onClose();
  };
  return (
    <Form
      submit={t(entry ? 'draft.change' : 'draft.add')}
      busy={false}
      error={refused ?? atOnce.error}
      labels={fieldLabels}
      onSubmit={submit}
      onCancel={onClose}
      {...(kind === 'CHANGE_KIND_CREATE' &&
        !entry &&
        !change.parent.startsWith('code:') && {
          also: {
            label: t('organ.createNow'),
            busy: atOnce.isPending,
            onPress: () => {
              const [made] = checked() ?? [];
              if (made) atOnce.mutate(made);
            },
          },
        })}
    >
      <Fields
        change={change}
        set={more => setChange(before => ({ ...before, ...more }))}
        errors={errors}
        organ={organ}
        nameOf={id => known[id]?.name ?? inDraft[id]?.name ?? ''}
        remember={(id, other) => setKnown(before => ({ ...before, [id]: knownOf(other) }))}
        rules={rules}
        setRule={(name, tree) => setRules(before => ({ ...before, [name]: tree }))}
        write={setWritten}
        isNew={entry === undefined}
        {...(target && { target })}
      />
      <DateField
        label={t('change.on')}
        name="on"
        hint={t(`change.on.${kind}` as MessageKey)}
        value={change.on}
        onChange={on => setChange(before => ({ ...before, on }))}
        error={errors['on']}
        required
      />
    </Form>
  );
}

export default function ChangeDialog(props: Props) {
  const { kind, organ, onClose } = props;
  const { t } = useTexts();
  const state = useDraft();
  const foreign = isForeign(state, organ.organisationId);
  return (
    <Dialog title={t(`change.title.${kind}` as MessageKey, { name: organ.name })} open onClose={onClose}>
      {foreign ? (
        <Foreign name={state.draft?.organisationName ?? ''} onClose={onClose} />
      ) : (
        <ChangeForm {...props} />
      )}
    </Dialog>
  );
}
