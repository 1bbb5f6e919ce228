// Short notices that something was done, politely announced, gone after a while; may offer to undo.
import { createContext, use, useCallback, useMemo, useRef, useState, type ReactNode } from 'react';
import { useTexts } from '../i18n';
import { Button } from './Button';
import { NoIcon } from './icons';

interface Toast {
  id: number;
  text: string;
  undo?: () => void;
}
type Say = (text: string, undo?: () => void) => void;

const STAYS_MS = 8000;
const SayContext = createContext<Say>(() => undefined);
export const useSay = () => use(SayContext);

export function Toasts({ children }: { children: ReactNode }) {
  const { t } = useTexts();
  const [toasts, setToasts] = useState<Toast[]>([]);
  const next = useRef(0);
  const remove = useCallback((id: number) => setToasts(list => list.filter(toast => toast.id !== id)), []);
  const say = useCallback<Say>(
    (text, undo) => {
      const id = ++next.current;
      setToasts(list => [...list.slice(-2), undo ? { id, text, undo } : { id, text }]);
      setTimeout(() => remove(id), undo ? STAYS_MS * 2 : STAYS_MS);
    },
    [remove],
  );
  return (
    <SayContext value={useMemo(() => say, [say])}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map(({ id, text, undo }) => (
          <div className="toast" key={id}>
            <span>{text}</span>
            {undo && (
              <Button
                look="quiet"
                onPress={() => {
                  remove(id);
                  undo();
                }}
              >
                {t('common.undo')}
              </Button>
            )}
            <Button look="quiet" aria-label={t('common.dismiss')} onPress={() => remove(id)}>
              <NoIcon />
            </Button>
          </div>
        ))}
      </div>
    </SayContext>
  );
}
