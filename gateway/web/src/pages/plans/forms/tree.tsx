// The forms of changes that shape the tree: create, move, end, reopen.
import { useEffect, useState } from 'react';
import { useTexts } from '../../../i18n';
import { codeFrom } from '../../../lib/required';
import { nodesOf } from '../../../lib/ruleTree';
import { TextField } from '../../../ui/Field';
import type { ChangeForm, FormProps } from './form';
import { PickOrgan, RuleField } from './parts';

function CreateFields(props: FormProps) {
  const { change, set, errors, organ, rules, setRule, write, isNew, nameOf } = props;
  const { t } = useTexts();
  const [code, setCode] = useState<string | null>(isNew ? null : change.code);
  const rule = rules['rule'];
  useEffect(() => {
    write({
      finish: made => [
        {
          ...made,
          name: made.name.trim(),
          code: (code ?? codeFrom(made.name)).trim(),
          organKind: made.organKind.trim(),
          rule: rule ? nodesOf(rule) : made.rule,
        },
      ],
    });
  }, [write, code, rule]);
  return (
    <>
      <PickOrgan
        {...props}
        field="parent"
        label={t('organ.parent')}
        initialText={isNew ? organ.name : nameOf(change.parent)}
      />
      <TextField
        label={t('organ.name')}
        name="name"
        value={change.name}
        onChange={name => set({ name })}
        error={errors['name']}
        required
        maxLength={200}
      />
      <div className="field-row">
        <TextField
          label={t('organ.code')}
          name="code"
          hint={t('organ.code.hint')}
          value={code ?? codeFrom(change.name)}
          onChange={setCode}
          error={errors['code']}
          required
          maxLength={64}
        />
        <TextField
          label={t('organ.kind')}
          name="organKind"
          hint={t('organ.kind.hint')}
          value={change.organKind}
          onChange={organKind => set({ organKind })}
          error={errors['organKind']}
          maxLength={100}
        />
      </div>
      <RuleField
        name="rule"
        first={change.rule}
        rules={rules}
        setRule={setRule}
        errors={errors}
        organId=""
        on={change.on}
      />
    </>
  );
}

export const create: ChangeForm = {
  Fields: CreateFields,
  labels: {
    parent: 'organ.parent',
    name: 'organ.name',
    code: 'organ.code',
    organKind: 'organ.kind',
    rule: 'rule.legend',
  },
};

function MoveFields(props: FormProps) {
  const { change, target, nameOf } = props;
  const { t } = useTexts();
  return (
    <PickOrgan
      {...props}
      field="parent"
      label={t('change.parent')}
      hint={t('change.parent.hint')}
      initialText={target?.name ?? nameOf(change.parent)}
    />
  );
}

export const move: ChangeForm = {
  Fields: MoveFields,
  labels: { parent: 'change.parent', organ: 'fact.organ' },
};

const Sentence = (text: 'change.end.text' | 'change.reopen.text') =>
  function Text() {
    const { t } = useTexts();
    return <p>{t(text)}</p>;
  };

export const end: ChangeForm = { Fields: Sentence('change.end.text'), labels: { organ: 'fact.organ' } };
export const reopen: ChangeForm = { Fields: Sentence('change.reopen.text'), labels: { organ: 'fact.organ' } };
