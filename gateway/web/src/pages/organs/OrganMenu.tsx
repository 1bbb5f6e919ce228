// What can be done with an organ. Fetched when it is first opened.
import { useRef } from 'react';
import { Menu, MenuItem, Popover } from 'react-aria-components';
import { useTexts } from '../../i18n';
import type { MessageKey } from '../../i18n/messages';
import { actsOf, type Act, type Subject } from '../plans/subject';

interface Props {
  organ: Subject;
  anchor: HTMLElement;
  onAct: (act: Act) => void;
  onClose: () => void;
}

export default function OrganMenu({ organ, anchor, onAct, onClose }: Props) {
  const { t } = useTexts();
  const trigger = useRef<HTMLElement>(anchor);
  trigger.current = anchor;
  return (
    <Popover
      className="popover menu-popover"
      aria-label={t('organ.actsOf', { name: organ.name })}
      triggerRef={trigger}
      isOpen
      onOpenChange={open => !open && onClose()}
      placement="bottom end"
    >
      <Menu
        className="menu"
        aria-label={t('organ.actsOf', { name: organ.name })}
        // The ARIA menu pattern: who opens a menu is in it.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus="first"
        onAction={key => onAct(key as Act)}
        onClose={onClose}
      >
        {actsOf(organ).map(act => (
          <MenuItem key={act} id={act} className="menu-item">
            {t(`act.${act}` as MessageKey)}
          </MenuItem>
        ))}
      </Menu>
    </Popover>
  );
}
