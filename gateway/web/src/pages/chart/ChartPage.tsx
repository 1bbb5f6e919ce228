// The organisation chart: levels from left to right, as far down as chosen, on any day; drawn as SVG with real text, so
// that it prints sharp, can be searched and taken along as a file.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { organisationsQuery, wholeTreeQuery } from '../../api/queries';
import { useTexts } from '../../i18n';
import { BOX, chartFile, chartOf, type Chart, type ChartNode, type ChartSheet } from '../../lib/chart';
import { usePrintFrame } from '../../lib/usePrint';
import { useToday } from '../../lib/useToday';
import { Button } from '../../ui/Button';
import DayBar from '../../ui/DayBar';
import { SelectField } from '../../ui/Field';
import { DownloadIcon } from '../../ui/icons';
import { OrganPicker } from '../../ui/OrganPicker';
import { Crumbs, Empty, PageTitle, Skeleton } from '../../ui/parts';
import { Problem } from '../../ui/Problem';
import { useKind } from '../organs/kind';

const ROUTE = '/organisations/$organisationId/chart';

function useLevelName(chart: Chart) {
  const { t } = useTexts();
  const kind = useKind();
  return (level: number) =>
    kind(chart.levels[level] || (level === 0 ? 'organisation' : '')) || t('chart.level', { count: level });
}

function NodeShape({ node }: { node: ChartNode }) {
  const { t, number } = useTexts();
  const { x, y, lines, hidden } = node;
  const name = `${node.name}${node.continued ? ` (${t('chart.continued')})` : ''}`;
  return (
    <>
      <Link to="/organs/$organId" params={{ organId: node.id }} preload={false} className="chart-node">
        <title>{name}</title>
        <rect
          x={x}
          y={y}
          width={BOX.width}
          height={BOX.height}
          rx="5"
          data-continued={node.continued || undefined}
        />
        {lines.map((line, index) => (
          <text
            key={line}
            className="chart-name"
            x={x + BOX.padding}
            y={y + (lines.length === 1 ? 23 : 16 + index * 14)}
          >
            {line}
          </text>
        ))}
        <text className="chart-count" textAnchor="end" x={x + BOX.width - BOX.padding} y={y + 23}>
          {number(node.members)}
        </text>
      </Link>
      {hidden > 0 && (
        <Link
          to="."
          search={((before: Record<string, unknown>) => ({ ...before, root: node.id, depth: '' })) as never}
          className="chart-more"
          aria-label={t('chart.openOf', { count: hidden, name: node.name })}
        >
          <text x={x + BOX.width + 4} y={y + 23}>
            +{number(hidden)}
          </text>
        </Link>
      )}
    </>
  );
}

function Sheet({ sheet, chart, label }: { sheet: ChartSheet; chart: Chart; label: string }) {
  const levelName = useLevelName(chart);
  return (
    <svg
      className="chart-sheet"
      viewBox={`-2 0 ${sheet.width + 4} ${sheet.height}`}
      width={sheet.width + 4}
      height={sheet.height}
      role="group"
      aria-label={label}
    >
      {chart.levels.map((_, level) => (
        // Levels have no identity but their place.
        // oxlint-disable-next-line react/no-array-index-key
        <text key={level} className="chart-level" x={level * (BOX.width + BOX.gapX)} y="16">
          {levelName(level)}
        </text>
      ))}
      {sheet.edges.map(({ from, to, path }) => (
        <path key={`${from} ${to}`} className="chart-edge" d={path} />
      ))}
      {sheet.nodes
        .toSorted((a, b) => a.x - b.x || a.y - b.y)
        .map(node => (
          <NodeShape key={node.id} node={node} />
        ))}
    </svg>
  );
}

function save(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function Drawing({ chart, title, day }: { chart: Chart; title: string; day: string }) {
  const { t, number, date } = useTexts();
  const levelName = useLevelName(chart);
  const navigate = useNavigate({ from: ROUTE });
  usePrintFrame({
    topLeft: title,
    topRight: date(day),
    bottomLeft: t('chart.organs', { count: chart.organs }),
  });
  const download = () =>
    save(
      'chart.svg',
      chartFile(chart, {
        title: `${title} · ${date(day)}`,
        members: number,
        hidden: count => `+${number(count)}`,
        level: levelName,
      }),
    );
  return (
    <>
      <div className="section-head no-print">
        <SelectField
          label={t('chart.depth')}
          name="depth"
          size="short"
          value={String(chart.depth)}
          onChange={depth =>
            void navigate({ search: before => ({ ...before, depth }), replace: true, resetScroll: false })
          }
          options={Array.from({ length: chart.deepest }, (_, index) => ({
            value: String(index + 1),
            label: t('chart.levels', { count: index + 1 }),
          }))}
        />
        <p className="muted small" role="status">
          {t('chart.organs', { count: chart.organs })} · {t('chart.sheets', { count: chart.sheets.length })}
        </p>
        <div className="actions">
          <Button onPress={download}>
            <DownloadIcon />
            {t('chart.download')}
          </Button>
          <Button onPress={() => window.print()}>{t('plan.print')}</Button>
        </div>
      </div>
      <div className="chart">
        {chart.sheets.map((sheet, index) => (
          <Sheet
            key={sheet.nodes.at(0)?.id ?? index}
            sheet={sheet}
            chart={chart}
            label={t('chart.sheet', { count: index + 1 })}
          />
        ))}
      </div>
    </>
  );
}

export default function ChartPage() {
  const { t } = useTexts();
  const today = useToday();
  const { organisationId } = useParams({ from: ROUTE });
  const { root = '', depth = '', on = '' } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const { data: organisations = [] } = useQuery(organisationsQuery());
  const { data: organs, error, refetch } = useQuery(wholeTreeQuery(organisationId, on));
  const rootId = root || organisationId;
  const chart = organs && chartOf(organs, rootId, Number(depth) || 0);
  const name = organs?.find(({ organId }) => organId === rootId)?.name ?? '';
  const choose = (more: { root?: string; on?: string; depth?: string }) =>
    void navigate({ search: before => ({ ...before, ...more }), replace: true, resetScroll: false });
  const organisation = organisations.find(one => one.organisationId === organisationId);
  return (
    <div className="page">
      <Crumbs>
        <Link to="/organs">{t('nav.organs')}</Link>

        {root && (
          <Link to={ROUTE} params={{ organisationId }} search={on ? { on } : {}}>
            {organisation?.name ?? t('chart.title')}
          </Link>
        )}
      </Crumbs>
      <PageTitle text={name ? t('chart.titleOf', { name }) : t('chart.title')} />
      <DayBar
        day={on}
        today={today}
        first={organisation?.validFrom ?? today}
        onChange={next => choose({ on: next })}
      />
      <div className="filters no-print">
        <OrganPicker
          key={rootId}
          label={t('chart.root')}
          name="root"
          initialText={name}
          organisationId={organisationId}
          on={on}
          onChange={chosen =>
            chosen && choose({ root: chosen.organId === organisationId ? '' : chosen.organId, depth: '' })
          }
        />
      </div>
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {!organs && !error && <Skeleton lines={12} />}
      {organs && !chart && <Empty title={t('chart.nothing')} />}
      {chart && <Drawing chart={chart} title={name} day={on || today} />}
    </div>
  );
}
