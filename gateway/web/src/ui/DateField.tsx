// A day, written in the order of the chosen language (not of the browser's), with a calendar beside it.
import { parseDate, type CalendarDate } from '@internationalized/date';
import {
  Button,
  Calendar,
  CalendarCell,
  CalendarGrid,
  DateInput,
  DatePicker,
  DateSegment,
  Dialog,
  FieldError,
  Group,
  Heading,
  Label,
  Popover,
  Text,
} from 'react-aria-components';
import { useTexts } from '../i18n';
import type { FieldProps } from './Field';
import { CalendarIcon, ChevronIcon } from './icons';

function dayOf(text: string): CalendarDate | null {
  try {
    return text ? parseDate(text) : null;
  } catch {
    return null;
  }
}

interface DateProps extends FieldProps {
  /** "2026-03-01" or empty. */
  value: string;
  onChange: (day: string) => void;
}

export function DateField({ label, name, hint, error, required = false, value, onChange }: DateProps) {
  const { t } = useTexts();
  return (
    <DatePicker
      className="field field-short"
      value={dayOf(value)}
      onChange={day => onChange(day?.toString() ?? '')}
      isRequired={required}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      granularity="day"
      shouldForceLeadingZeros={false}
    >
      <Label>{label}</Label>
      {hint && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <Group className="date-group" id={`field-${name}`}>
        <DateInput className="date-input">
          {segment => <DateSegment segment={segment} className="date-segment" />}
        </DateInput>
        <Button className="button button-quiet date-button" aria-label={t('date.open')}>
          <CalendarIcon />
        </Button>
      </Group>
      <FieldError className="field-error">{error}</FieldError>
      <Popover className="popover">
        <Dialog className="calendar-dialog" aria-label={label}>
          <Calendar className="calendar">
            <header>
              <Button slot="previous" className="button button-quiet flip">
                <ChevronIcon />
              </Button>
              <Heading level={2} />
              <Button slot="next" className="button button-quiet">
                <ChevronIcon />
              </Button>
            </header>
            <CalendarGrid weekdayStyle="short">{date => <CalendarCell date={date} />}</CalendarGrid>
          </Calendar>
        </Dialog>
      </Popover>
    </DatePicker>
  );
}
