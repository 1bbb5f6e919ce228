// Guardians, wards and family, each a link to their card.
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { ask, client } from '../../api/client';
import { relationsQuery } from '../../api/queries';
import type { Person, Relation } from '../../api/types';
import { useTexts } from '../../i18n';
import { useWrite } from '../../lib/useWrite';
import { Button } from '../../ui/Button';
import { PersonLink, Skeleton } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { useSay } from '../../ui/toasts';

const AddRelationDialog = lazy(() => import('./AddRelationDialog'));

interface Kin {
  relation: Relation;
  personId: string;
  name: string;
}

/** Who is what to this person. */
function kinOf(relations: Relation[], me: string) {
  const guardians: Kin[] = [];
  const wards: Kin[] = [];
  const family: Kin[] = [];
  for (const relation of relations) {
    const { kind, personId, otherId, personName, otherName } = relation;
    if (kind === 'RELATION_KIND_FAMILY') {
      if (personId !== me) family.push({ relation, personId, name: personName });
    } else if (otherId === me) guardians.push({ relation, personId, name: personName });
    else wards.push({ relation, personId: otherId, name: otherName });
  }
  return [
    ['guardians', guardians],
    ['wards', wards],
    ['family', family],
  ] as const;
}

function useEndRelation(personId: string) {
  const { t } = useTexts();
  const say = useSay();
  const touches = [['person', personId, 'relations']];
  const restore = useWrite({
    send: ({ kind, personId: one, otherId }: Relation) =>
      ask(client.POST('/v1/relations', { body: { kind, personId: one, otherId } })),
    touches,
  });
  return useWrite({
    send: ({ relationId }: Relation) =>
      ask(
        client.POST('/v1/relations/{relation_id}:end', {
          params: { path: { relation_id: relationId } },
          body: {},
        }),
      ),
    touches,
    done: (_, relation) => say(t('relation.ended'), () => restore.mutate(relation)),
  });
}

export function RelationsPanel({ person }: { person: Person }) {
  const { t } = useTexts();
  const { data, error, refetch } = useQuery(relationsQuery(person.personId));
  const [adding, setAdding] = useState(false);
  const end = useEndRelation(person.personId);
  const groups = kinOf(data ?? [], person.personId).filter(([, kin]) => kin.length > 0);
  return (
    <section className="panel" aria-labelledby="relations">
      <div className="section-head">
        <h2 id="relations">{t('relation.title')}</h2>
        <Button look="quiet" onPress={() => setAdding(true)}>
          {t('common.add')}
        </Button>
      </div>
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {end.error && <Problem error={end.error} />}
      {!data && !error && <Skeleton lines={2} />}
      {data && groups.length === 0 && <p className="muted">{t('relation.none')}</p>}
      {groups.map(([name, kin]) => (
        <div key={name}>
          <h3 className="muted small">{t(`relation.${name}`)}</h3>
          <ul className="kin">
            {kin.map(({ relation, personId, name: kinName }) => (
              <li key={relation.relationId}>
                <PersonLink personId={personId} name={kinName} />
                <Button
                  look="quiet"
                  aria-label={t('relation.endOf', { name: kinName })}
                  onPress={() => end.mutate(relation)}
                >
                  {t('relation.end')}
                </Button>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <Suspense>{adding && <AddRelationDialog person={person} onClose={() => setAdding(false)} />}</Suspense>
    </section>
  );
}
