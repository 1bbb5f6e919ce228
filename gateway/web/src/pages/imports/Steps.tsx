import { useTexts } from '../../i18n';

const STEPS = ['file', 'columns', 'check', 'apply'] as const;
export type Step = (typeof STEPS)[number];

/** Where one is in the four steps of an import. */
export function Steps({ current }: { current: Step }) {
  const { t } = useTexts();
  const at = STEPS.indexOf(current);
  return (
    <ol className="steps" aria-label={t('import.steps')}>
      {STEPS.map((step, index) => (
        <li key={step} aria-current={index === at ? 'step' : undefined} data-done={index < at || undefined}>
          {t(`import.step.${step}`)}
          {index < at && <span className="visually-hidden"> ({t('import.stepDone')})</span>}
        </li>
      ))}
    </ol>
  );
}
