// A dialog over the page, or a panel at its side: focus stays inside, Escape closes, focus returns where it was.
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTexts } from '../i18n';
import { Button } from './Button';
import { NoIcon } from './icons';

interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  side?: boolean;
  /** For a question that must be answered: Escape still means no, a click beside it does nothing. */
  alert?: boolean;
  children: ReactNode;
}

export function Dialog({ title, open, onClose, side = false, alert = false, children }: DialogProps) {
  const { t } = useTexts();
  return (
    <ModalOverlay
      className={side ? 'overlay overlay-side' : 'overlay'}
      isOpen={open}
      onOpenChange={next => !next && onClose()}
      isDismissable={!alert}
    >
      <Modal className={side ? 'modal modal-side' : 'modal'}>
        <AriaDialog className="dialog" role={alert ? 'alertdialog' : 'dialog'}>
          <div className="dialog-head">
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            <Button look="quiet" onPress={onClose} aria-label={t('common.close')}>
              <NoIcon />
            </Button>
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
