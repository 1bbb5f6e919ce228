// How to reach a person, and where they have lived.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { addressesQuery } from '../../api/queries';
import type { Address, Person } from '../../api/types';
import { useTexts } from '../../i18n';
import { isLanguage, LANGUAGES } from '../../i18n/messages';
import { useToday } from '../../lib/useToday';
import { usePeriod } from '../../ui/parts';

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function AddressLines({ address }: { address: Address }) {
  return (
    <>
      {address.street && <span className="line">{address.street}</span>}
      <span className="line">
        {[address.postalCode, address.town].filter(Boolean).join(' ')}
        {address.country && address.country !== 'FI' && ` · ${address.country}`}
      </span>
      {address.municipality && address.municipality !== address.town && (
        <span className="line muted small">
          {[address.municipality, address.province].filter(Boolean).join(', ')}
        </span>
      )}
    </>
  );
}

export function ContactPanel({ person }: { person: Person }) {
  const { t } = useTexts();
  const today = useToday();
  const period = usePeriod();
  const { data: addresses = [] } = useQuery(addressesQuery(person.personId));
  const { address, email, phone, language, personalIdentityCode, key } = person;
  const others = addresses.filter(({ addressId }) => addressId !== address?.addressId);
  const nothing = <span className="muted">{t('common.unknown')}</span>;
  return (
    <section className="panel" aria-labelledby="contact">
      <h2 id="contact">{t('person.contact')}</h2>
      <dl className="facts">
        <Fact name={t('person.email')}>{email ? <a href={`mailto:${email}`}>{email}</a> : nothing}</Fact>
        <Fact name={t('person.phone')}>{phone ? <a href={`tel:${phone}`}>{phone}</a> : nothing}</Fact>
        <Fact name={t('person.address')}>{address ? <AddressLines address={address} /> : nothing}</Fact>
        <Fact name={t('person.language')}>{isLanguage(language) ? LANGUAGES[language].name : nothing}</Fact>
        {personalIdentityCode && <Fact name={t('person.identityCode')}>{personalIdentityCode}</Fact>}
        {key && <Fact name={t('person.key')}>{key}</Fact>}
      </dl>
      {others.length > 0 && (
        <details>
          <summary>{t('address.others', { count: others.length })}</summary>
          <ul className="address-list">
            {others.map(other => (
              <li key={other.addressId}>
                <span className="muted small line">
                  {period(other.validFrom, other.validTo)}
                  {other.validFrom > today && <span className="tag tag-busy">{t('period.future')}</span>}
                </span>
                <AddressLines address={other} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
