// What can happen to a fact: it ends on a day, it was recorded wrong, or it was never true.
import { useState } from 'react';
import { ask, client } from '../../api/client';
import type { Person, PersonFact } from '../../api/types';
import { useTexts } from '../../i18n';
import { useToday } from '../../lib/useToday';
import { useWrite } from '../../lib/useWrite';
import { DateField } from '../../ui/DateField';
import { Dialog } from '../../ui/Dialog';
import { TextField } from '../../ui/Field';
import { Form } from '../../ui/Form';
import { OrganPicker } from '../../ui/OrganPicker';
import { fieldErrors } from '../../ui/Problem';
import { useSay } from '../../ui/toasts';
import { needsOrgan } from './AddFactDialog';
import { useFactWords } from './FactsPanel';
import { useRefreshPerson } from './refresh';

type What = 'end' | 'correct' | 'withdraw';
const WHATS: What[] = ['end', 'correct', 'withdraw'];

type Content = Pick<PersonFact, 'kind' | 'value' | 'organId' | 'validFrom' | 'validTo'>;

export default function ChangeFactDialog({
  person,
  fact,
  onClose,
}: {
  person: Person;
  fact: PersonFact;
  onClose: () => void;
}) {
  const texts = useTexts();
  const { t, tryText } = texts;
  const today = useToday();
  const say = useSay();
  const words = useFactWords();
  const refresh = useRefreshPerson(person.personId);
  const [what, setWhat] = useState<What>('end');
  const [end, setEnd] = useState(today);
  const [value, setValue] = useState(fact.value);
  const [organId, setOrganId] = useState(fact.organId);
  const [validFrom, setValidFrom] = useState(fact.validFrom);
  const [validTo, setValidTo] = useState(fact.validTo);
  const { personId } = person;
  const params = { path: { person_id: personId, fact_id: fact.factId } };

  const correct = (body: Content) =>
    ask(client.POST('/v1/persons/{person_id}/facts/{fact_id}:correct', { params, body }));
  const before: Content = {
    kind: fact.kind,
    value: fact.value,
    organId: fact.organId,
    validFrom: fact.validFrom,
    validTo: fact.validTo,
  };
  const undoEnd = useWrite({ send: () => correct(before), touches: [], done: refresh });
  const undoWithdraw = useWrite({
    send: () =>
      ask(
        client.POST('/v1/persons/{person_id}/facts', {
          params: { path: { person_id: personId } },
          body: before,
        }),
      ),
    touches: [],
    done: refresh,
  });
  const send: Record<What, () => Promise<unknown>> = {
    end: () =>
      ask(
        client.POST('/v1/persons/{person_id}/facts/{fact_id}:end', {
          params,
          body: { validTo: end },
        }),
      ),
    correct: () => correct({ kind: fact.kind, value: value.trim(), organId, validFrom, validTo }),
    withdraw: () =>
      ask(client.POST('/v1/persons/{person_id}/facts/{fact_id}:withdraw', { params, body: {} })),
  };
  const write = useWrite({
    send: () => send[what](),
    touches: [],
    done: () => {
      refresh();
      say(t(`fact.done.${what}`), () => (what === 'withdraw' ? undoWithdraw : undoEnd).mutate(undefined));
      onClose();
    },
  });
  const errors = fieldErrors(write.error, texts);
  const labels = {
    value: t('fact.what'),
    organId: t('fact.organ'),
    validFrom: t('period.from'),
    validTo: t('period.firstDayAfter'),
  };
  const title = [tryText(`fact.${fact.kind}`), words(fact), fact.organName].filter(Boolean).join(' · ');
  return (
    <Dialog title={title} open onClose={onClose}>
      <Form
        submit={t(`fact.submit.${what}`)}
        danger={what === 'withdraw'}
        busy={write.isPending}
        error={write.error}
        labels={labels}
        onSubmit={() => write.mutate(undefined)}
        onCancel={onClose}
      >
        <fieldset>
          <legend>{t('fact.whatHappened')}</legend>
          {WHATS.map(choice => (
            <label key={choice} className="check">
              <input
                type="radio"
                name="what"
                value={choice}
                checked={what === choice}
                onChange={() => setWhat(choice)}
              />
              {t(`fact.choice.${choice}`)}
            </label>
          ))}
        </fieldset>
        {what === 'end' && (
          <DateField
            label={labels.validTo}
            name="validTo"
            value={end}
            onChange={setEnd}
            error={errors['validTo']}
            required
          />
        )}
        {what === 'correct' && (
          <>
            {needsOrgan(fact.kind) && (
              <OrganPicker
                label={labels.organId}
                name="organId"
                initialText={fact.organName}
                error={errors['organId']}
                onChange={organ => setOrganId(organ?.organId ?? '')}
              />
            )}
            <TextField
              label={labels.value}
              name="value"
              value={value}
              onChange={setValue}
              error={errors['value']}
              maxLength={100}
            />
            <div className="field-row">
              <DateField
                label={labels.validFrom}
                name="validFrom"
                value={validFrom}
                onChange={setValidFrom}
                error={errors['validFrom']}
              />
              <DateField
                label={labels.validTo}
                name="validTo"
                value={validTo}
                onChange={setValidTo}
                error={errors['validTo']}
              />
            </div>
          </>
        )}
        {what === 'withdraw' && <p>{t('fact.withdraw.text')}</p>}
      </Form>
    </Dialog>
  );
}
