// A new name, kind or code for an organ. Names have no days: the new one holds for the past as well.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, client } from '../../api/client';
import type { ApiError } from '../../api/problem';
import { organQuery } from '../../api/queries';
import type { Organ } from '../../api/types';
import { useTexts } from '../../i18n';
import { missing } from '../../lib/required';
import { useWrite } from '../../lib/useWrite';
import { Dialog } from '../../ui/Dialog';
import { TextField } from '../../ui/Field';
import { Form } from '../../ui/Form';
import { Skeleton } from '../../ui/parts';
import { fieldErrors, Problem } from '../../ui/Problem';

function RenameForm({ organ, onClose }: { organ: Organ; onClose: () => void }) {
  const texts = useTexts();
  const { t } = texts;
  const [values, setValues] = useState({ name: organ.name, code: organ.code, kind: organ.kind });
  const [refused, setRefused] = useState<ApiError | null>(null);
  const write = useWrite({
    send: () => {
      const params = {
        path: { organ_id: organ.organId },
        query: { updateMask: 'name,code,kind' },
        header: { 'If-Match': organ.etag },
      };
      const { name, code, kind } = values;
      const body = { name: name.trim(), code: code.trim(), kind: kind.trim() };
      return ask(client.PATCH('/v1/organs/{organ_id}', { params, body }));
    },
    touches: [['organs']],
    notice: t('organ.renamed'),
    done: onClose,
  });
  const error = refused ?? write.error;
  const errors = fieldErrors(error, texts);
  const submit = () => {
    const problem = missing({ name: values.name, code: values.code });
    setRefused(problem);
    if (!problem) write.mutate(undefined);
  };
  const labels = { name: t('organ.name'), code: t('organ.code'), kind: t('organ.kind') };
  const field = (name: keyof typeof values) => ({
    label: labels[name],
    name,
    value: values[name],
    onChange: (value: string) => setValues({ ...values, [name]: value }),
    error: errors[name],
  });
  return (
    <Form
      submit={t('common.save')}
      busy={write.isPending}
      error={error}
      labels={labels}
      onSubmit={submit}
      onCancel={onClose}
    >
      <p className="hint">{t('organ.rename.hint')}</p>
      <TextField {...field('name')} required maxLength={200} />
      <div className="field-row">
        <TextField {...field('code')} required maxLength={64} />
        <TextField {...field('kind')} hint={t('organ.kind.hint')} maxLength={100} />
      </div>
    </Form>
  );
}

interface Props {
  organ: Pick<Organ, 'organId' | 'name'>;
  onClose: () => void;
}

export default function RenameDialog({ organ, onClose }: Props) {
  const { t } = useTexts();
  const { data, error } = useQuery(organQuery(organ.organId));
  return (
    <Dialog title={t('organ.renameOf', { name: organ.name })} open onClose={onClose}>
      {error && <Problem error={error} />}
      {!data && !error && <Skeleton lines={3} />}
      {data && <RenameForm organ={data} onClose={onClose} />}
    </Dialog>
  );
}
