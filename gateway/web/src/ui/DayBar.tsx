// The day that a page shows: a slider over the life of the organisation and a field for the exact day.
import { useEffect, useState } from 'react';
import { useTexts } from '../i18n';
import { dayNumber } from '../lib/timeline';
import { useDebounced } from '../lib/useDebounced';
import { Button } from './Button';
import { DateField } from './DateField';

const YEARS_AHEAD = 3;
const MONTHS = 12;

interface Props {
  /** Empty for today. */
  day: string;
  today: string;
  /** First day that can be shown. */
  first: string;
  onChange: (day: string) => void;
}

/** Months since year 0: the slider's own numbers. */
export const monthOf = (day: string) => Number(day.slice(0, 4)) * MONTHS + Number(day.slice(5, 7)) - 1;
export const firstOfMonth = (month: number) =>
  `${String(Math.floor(month / MONTHS)).padStart(4, '0')}-${String((month % MONTHS) + 1).padStart(2, '0')}-01`;

export default function DayBar({ day, today, first, onChange }: Props) {
  const { t, date } = useTexts();
  const shown = day || today;
  const [sliding, setSliding] = useState<string | null>(null);
  const still = useDebounced(sliding, 200);
  const least = Math.min(monthOf(first || today), monthOf(shown));
  const most = Math.max(monthOf(today) + YEARS_AHEAD * MONTHS, monthOf(shown));
  const at = sliding ?? shown;
  useEffect(() => {
    if (still === null) return;
    setSliding(null);
    if (still !== shown) onChange(still === today ? '' : still);
    // Only where the slider came to rest moves the page.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [still]);
  const slide = (month: number) => {
    const next = firstOfMonth(month);
    // Neither before the first day nor, in the month of today, on another day than today.
    setSliding(month === monthOf(today) ? today : dayNumber(next) < dayNumber(first || next) ? first : next);
  };
  return (
    <div className="day-bar no-print" role="group" aria-label={t('day.legend')}>
      <DateField
        label={t('day.shown')}
        name="day"
        value={at}
        onChange={next => next && onChange(next === today ? '' : next)}
      />
      <label className="day-slide">
        <span>{t('day.slider')}</span>
        <input
          type="range"
          min={least}
          max={most}
          value={monthOf(at)}
          aria-valuetext={date(at)}
          onChange={({ target }) => slide(Number(target.value))}
        />
      </label>
      <Button onPress={() => onChange('')} isDisabled={shown === today}>
        {t('day.today')}
      </Button>
    </div>
  );
}
