// The forms of changes that make two of one or one of two.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { childrenQuery } from '../../../api/queries';
import type { Organ, SplitPart } from '../../../api/types';
import { useTexts } from '../../../i18n';
import { newChange } from '../../../lib/draft';
import { codeFrom } from '../../../lib/required';
import { asksAdmission, either, nodesOf } from '../../../lib/ruleTree';
import { Button } from '../../../ui/Button';
import { FieldSet, SelectField, TextField } from '../../../ui/Field';
import type { ChangeForm, FormProps } from './form';
import { PickOrgan, RuleField, useRuleOn } from './parts';

interface TakeoverProps extends FormProps {
  wanted: boolean | null;
  setWanted: (wanted: boolean) => void;
}

/** The rule that lets the organ which takes over hold whom both held: offered, and part of the same set. */
function Takeover(props: TakeoverProps) {
  const { change, rules, setRule, errors, wanted, setWanted, nameOf } = props;
  const { t } = useTexts();
  const theirs = useRuleOn(change.target, '', change.on);
  const ours = useRuleOn(change.organ, '', change.on);
  const field = `takeover-${change.target}`;
  if (!theirs || !ours) return null;
  const first = either(theirs, ours);
  const admission = asksAdmission(ours);
  const chosen = wanted ?? JSON.stringify(first) !== JSON.stringify(theirs);
  return (
    <>
      {admission && <p className="notice">{t('merge.admission')}</p>}
      <label className="check">
        <input type="checkbox" checked={chosen} onChange={({ target }) => setWanted(target.checked)} />
        {t('merge.takeover')}
      </label>
      {chosen && (
        <RuleField
          key={field}
          name={field}
          first={first}
          rules={rules}
          setRule={setRule}
          errors={errors}
          organId={change.target}
          on={change.on}
          legend={t('merge.rule', { name: nameOf(change.target) })}
        />
      )}
    </>
  );
}

function MergeFields(props: FormProps) {
  const { change, rules, write, isNew, nameOf } = props;
  const { t } = useTexts();
  const [wanted, setWanted] = useState<boolean | null>(isNew ? null : false);
  const theirs = useRuleOn(change.target, '', change.on);
  const tree = rules[`takeover-${change.target}`];
  useEffect(() => {
    write({
      finish: made => {
        const rule = wanted !== false && tree ? nodesOf(tree) : undefined;
        const same = rule === undefined || JSON.stringify(rule) === JSON.stringify(theirs ?? []);
        return same ? [made] : [newChange('CHANGE_KIND_RULE', made.on, { organ: made.target, rule }), made];
      },
    });
  }, [write, tree, wanted, theirs]);
  return (
    <>
      <PickOrgan
        {...props}
        field="target"
        label={t('merge.target')}
        hint={t('merge.target.hint')}
        initialText={props.target?.name ?? nameOf(change.target)}
      />
      {isNew && change.target && <Takeover {...props} wanted={wanted} setWanted={setWanted} />}
    </>
  );
}

export const merge: ChangeForm = {
  Fields: MergeFields,
  labels: { target: 'merge.target', organ: 'fact.organ' },
};

const newPart = (): SplitPart => ({ code: '', name: '', organKind: '', rule: [], children: [] });

function PartFields({
  place,
  part,
  props,
  onChange,
  onRemove,
}: {
  place: number;
  part: SplitPart;
  props: FormProps;
  onChange: (part: SplitPart) => void;
  onRemove: (() => void) | undefined;
}) {
  const { t } = useTexts();
  const { errors, rules, setRule, change } = props;
  const key = (field: string) => `parts-${place}-${field}`;
  return (
    <FieldSet legend={t('split.part', { count: place + 1 })}>
      <div className="field-row">
        <TextField
          label={t('organ.name')}
          name={key('name')}
          value={part.name}
          onChange={name =>
            onChange({ ...part, name, code: part.code === codeFrom(part.name) ? codeFrom(name) : part.code })
          }
          error={errors[key('name')]}
          required
          maxLength={200}
        />
        <TextField
          label={t('organ.code')}
          name={key('code')}
          value={part.code}
          onChange={code => onChange({ ...part, code })}
          error={errors[key('code')]}
          required
          maxLength={64}
        />
      </div>
      <RuleField
        name={key('rule')}
        first={part.rule}
        rules={rules}
        setRule={setRule}
        errors={errors}
        organId=""
        on={change.on}
      />
      {onRemove && (
        <Button look="quiet" onPress={onRemove}>
          {t('split.removePart', { count: place + 1 })}
        </Button>
      )}
    </FieldSet>
  );
}

/** Each organ below goes to one part. */
function Children({ props, organs }: { props: FormProps; organs: Organ[] }) {
  const { change, set, remember, errors } = props;
  const { t } = useTexts();
  const options = change.parts.map((part, index) => ({
    value: String(index),
    label: part.name || t('split.part', { count: index + 1 }),
  }));
  const partOf = (id: string) => change.parts.findIndex(({ children }) => children.includes(id));
  const give = (organ: Organ, to: number) => {
    remember(organ.organId, organ);
    set({
      parts: change.parts.map((part, index) => {
        const others = part.children.filter(id => id !== organ.organId);
        return { ...part, children: index === to ? [...others, organ.organId] : others };
      }),
    });
  };
  return (
    <FieldSet legend={t('split.children')}>
      {errors['parts'] && <p className="field-error">{errors['parts']}</p>}
      {organs.map(organ => (
        <SelectField
          key={organ.organId}
          label={organ.name}
          name={`child-${organ.organId}`}
          value={String(Math.max(0, partOf(organ.organId)))}
          onChange={value => give(organ, Number(value))}
          options={options}
        />
      ))}
    </FieldSet>
  );
}

function SplitFields(props: FormProps) {
  const { change, set, rules, setRule, write, organ, remember, errors } = props;
  const { t } = useTexts();
  const { data: below } = useQuery(childrenQuery(organ.organId, 5, change.on));
  const organs = below?.organs ?? [];
  useEffect(() => {
    write({
      finish: made => {
        const given = new Set(made.parts.flatMap(({ children }) => children));
        const left = organs.filter(({ organId }) => !given.has(organId)).map(({ organId }) => organId);
        const parts = made.parts.map((part, index) => {
          const tree = rules[`parts-${index}-rule`];
          return {
            ...part,
            name: part.name.trim(),
            code: part.code.trim(),
            rule: tree ? nodesOf(tree) : part.rule,
            // Who was given to nobody stands with the first, as the form shows.
            children: index === 0 ? [...part.children, ...left] : part.children,
          };
        });
        const taker = parts.some(({ code }) => code === made.exceptionsTo) ? made.exceptionsTo : '';
        return [{ ...made, parts, exceptionsTo: taker }];
      },
    });
    for (const child of organs) remember(child.organId, child);
    // `remember` is new at each drawing; what it is told is the same.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [write, rules, below]);
  const change1 = (place: number, part: SplitPart) => set({ parts: change.parts.with(place, part) });
  const remove = (place: number) => {
    set({ parts: change.parts.filter((_, index) => index !== place) });
    // The rules of the parts behind it move up with them.
    for (let index = place; index < change.parts.length - 1; index++) {
      const next = rules[`parts-${index + 1}-rule`];
      if (next) setRule(`parts-${index}-rule`, next);
    }
  };
  return (
    <>
      {change.parts.map((part, index) => (
        <PartFields
          // Parts have no identity of their own; their place is it.
          // oxlint-disable-next-line react/no-array-index-key
          key={index}
          place={index}
          part={part}
          props={props}
          onChange={next => change1(index, next)}
          onRemove={change.parts.length > 2 ? () => remove(index) : undefined}
        />
      ))}
      <div className="actions">
        <Button onPress={() => set({ parts: [...change.parts, newPart()] })}>{t('split.addPart')}</Button>
      </div>
      {organs.length > 0 && <Children props={props} organs={organs} />}
      <SelectField
        label={t('split.exceptions')}
        name="exceptionsTo"
        value={change.exceptionsTo}
        onChange={exceptionsTo => set({ exceptionsTo })}
        options={[
          { value: '', label: t('split.exceptions.close') },
          ...change.parts
            .filter(({ code }) => code)
            .map(({ code, name }) => ({ value: code, label: name || code })),
        ]}
        error={errors['exceptionsTo']}
      />
    </>
  );
}

export const split: ChangeForm = {
  Fields: SplitFields,
  labels: { parts: 'split.children', exceptionsTo: 'split.exceptions', organ: 'fact.organ' },
};
