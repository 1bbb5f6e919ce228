// Form fields: label above, hint, then the error at its field. Native inputs inside React Aria's wiring.
import type { ReactNode } from 'react';
import { FieldError, Input, Label, Text, TextField as AriaTextField } from 'react-aria-components';

export interface FieldProps {
  label: string;
  name: string;
  hint?: string;
  error?: string | undefined;
  required?: boolean;
}

interface TextProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  type?: 'text' | 'email' | 'tel' | 'search';
  autoComplete?: string;
  inputMode?: 'text' | 'numeric' | 'email' | 'tel';
  maxLength?: number;
  size?: 'short' | 'full';
  lang?: string;
}

export function TextField({
  label,
  hint,
  error,
  required = false,
  size = 'full',
  name,
  ...input
}: TextProps) {
  const { value, onChange, type = 'text', autoComplete = 'off', inputMode, maxLength } = input;
  return (
    <AriaTextField
      className={`field field-${size}`}
      name={name}
      value={value}
      onChange={onChange}
      type={type}
      isRequired={required}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      autoComplete={autoComplete}
      {...(inputMode && { inputMode })}
      {...(maxLength && { maxLength })}
    >
      <Label>{label}</Label>
      {hint && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <Input id={`field-${name}`} />
      <FieldError className="field-error">{error}</FieldError>
    </AriaTextField>
  );
}

interface SelectProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  options: { value: string; label: string }[];
  size?: 'short' | 'full';
}

/** A native select: quick with the keyboard, the phone's own list on a phone. */
export function SelectField({
  label,
  name,
  hint,
  error,
  value,
  onChange,
  options,
  size = 'full',
}: SelectProps) {
  const id = `field-${name}`;
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className={`field field-${size}`}>
      <label htmlFor={id}>{label}</label>
      {hint && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      <select
        id={id}
        name={name}
        value={value}
        onChange={event => onChange(event.target.value)}
        aria-invalid={error !== undefined}
        aria-describedby={described || undefined}
      >
        {options.map(option => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {error && (
        <span className="field-error" id={`${id}-error`}>
          {error}
        </span>
      )}
    </div>
  );
}

/** Several fields that belong together. */
export function FieldSet({ legend, children }: { legend: string; children: ReactNode }) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {children}
    </fieldset>
  );
}
