// A text field with a list of what was found, after the ARIA combobox pattern: the focus stays in the field, arrows
// choose, Enter takes, Escape closes. Whoever uses it does the finding.
import { useId, useState, type KeyboardEvent, type ReactNode, type Ref } from 'react';

export interface ComboboxProps<Item> {
  label: string;
  labelHidden?: boolean;
  name?: string;
  inputRef?: Ref<HTMLInputElement>;
  text: string;
  onText: (text: string) => void;
  /** True when the text is long enough to have been asked for. */
  ready: boolean;
  items: Item[];
  idOf: (item: Item) => string;
  render: (item: Item) => ReactNode;
  onChoose: (item: Item) => void;
  /** Enter without a choice. */
  onEnter?: () => void;
  /** The focus has gone elsewhere. */
  onLeave?: () => void;
  /** Said below the list: how many, still looking, nothing. */
  message: string;
  placeholder?: string;
  hint?: string;
  error?: string | undefined;
  required?: boolean;
}

export function Combobox<Item>(props: ComboboxProps<Item>) {
  const { label, text, items, ready, idOf, render, onChoose, onEnter, message, hint, error } = props;
  const base = useId();
  const id = props.name ? `field-${props.name}` : `${base}-input`;
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const shown = open && ready;
  const close = () => {
    setOpen(false);
    setActive(-1);
  };
  const choose = (item: Item) => {
    close();
    onChoose(item);
  };
  const step = (by: 1 | -1) => {
    setOpen(true);
    if (items.length > 0)
      setActive(index =>
        index < 0 ? (by > 0 ? 0 : items.length - 1) : (index + by + items.length) % items.length,
      );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      step(event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'Enter' && (shown || onEnter)) {
      event.preventDefault();
      const chosen = items[active];
      if (chosen) choose(chosen);
      else if (onEnter) {
        close();
        onEnter();
      }
    } else if (event.key === 'Escape' && shown) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };
  const described = [hint && `${base}-hint`, error && `${base}-error`].filter(Boolean).join(' ');
  return (
    <div className="combobox">
      <label htmlFor={id} className={props.labelHidden ? 'visually-hidden' : undefined}>
        {label}
      </label>
      {hint && (
        <span className="hint" id={`${base}-hint`}>
          {hint}
        </span>
      )}
      <input
        ref={props.inputRef}
        id={id}
        type="search"
        role="combobox"
        aria-expanded={shown && items.length > 0}
        aria-controls={`${base}-list`}
        aria-autocomplete="list"
        {...(active >= 0 && shown && { 'aria-activedescendant': `${base}-${active}` })}
        aria-invalid={error !== undefined}
        aria-required={props.required}
        aria-describedby={described || undefined}
        placeholder={props.placeholder}
        autoComplete="off"
        spellCheck={false}
        maxLength={100}
        value={text}
        onChange={({ target }) => {
          props.onText(target.value);
          setOpen(true);
          setActive(-1);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => {
          close();
          props.onLeave?.();
        }}
        onKeyDown={onKeyDown}
      />
      <div className="combobox-drop" hidden={!shown}>
        <ul role="listbox" id={`${base}-list`} aria-label={label} hidden={items.length === 0}>
          {items.map((item, index) => (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field handles the keys
            <li
              key={idOf(item)}
              id={`${base}-${index}`}
              role="option"
              aria-selected={index === active}
              // The field keeps the focus; a press on the list must not take it.
              onMouseDown={event => event.preventDefault()}
              onClick={() => choose(item)}
            >
              {render(item)}
            </li>
          ))}
        </ul>
        <p className="combobox-note small muted" role="status">
          {shown ? message : ''}
        </p>
      </div>
      {error && (
        <span className="field-error" id={`${base}-error`}>
          {error}
        </span>
      )}
    </div>
  );
}
