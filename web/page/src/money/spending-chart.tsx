import { eachItem } from "@talktime/client";
import { day, longDay, money } from "../format.js";
import { useLoad } from "../load.js";
import { talktime } from "../talktime.js";
import { m } from "../texts/own.js";
import { DAYS_SHOWN, type DaySpending, dayBefore, entriesSince, spendingByDay } from "./spending.js";
import "./spending-chart.css";

const ENTRIES_MAX = 1_000;
const PAGE_ITEMS = 100;
const HEIGHT = 120;
const LABELS_EVERY = 3;

/** What calls cost on each of the last days: bars, and the same as a table. */
export function SpendingChart({ currency, version }: { currency: string; version: number }) {
  const { data } = useLoad(load, [version]);
  const texts = m().statement;
  if (!data) return null;
  const { days, readUntil } = data;
  const total = days.reduce((sum, each) => sum + each.spentMinor, 0);
  return (
    <figure class="card chart" aria-labelledby="spending">
      <figcaption id="spending">
        <h2>{texts.chart}</h2>
        <p class="muted">
          {total ? texts.chartTotal(money(total, currency), DAYS_SHOWN) : texts.nothingSpent(DAYS_SHOWN)}
        </p>
        {readUntil && <p role="note">{texts.chartPartial(longDay(readUntil), ENTRIES_MAX)}</p>}
      </figcaption>
      {total > 0 && <Bars days={days} currency={currency} />}
      {total > 0 && <Table days={days} currency={currency} />}
    </figure>
  );
}

function Bars({ days, currency }: { days: DaySpending[]; currency: string }) {
  const most = days.reduce((one, other) => (other.spentMinor > one.spentMinor ? other : one));
  const step = 100 / days.length;
  const name = m().statement.chartMost(money(most.spentMinor, currency), longDay(most.day));
  return (
    <svg class="chart-bars" width="100%" height={HEIGHT + 28} role="img" aria-label={name}>
      <line x1="0" x2="100%" y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} />
      {days.map(({ day: at, spentMinor }, index) => {
        const height = spentMinor ? Math.max(3, (spentMinor / most.spentMinor) * (HEIGHT - 4)) : 0;
        return (
          <g key={at.getTime()}>
            <title>{`${day(at)}: ${money(spentMinor, currency)}`}</title>
            <rect class="chart-room" x={`${index * step}%`} width={`${step}%`} y="0" height={HEIGHT} />
            <rect
              x={`${(index + 0.2) * step}%`}
              width={`${step * 0.6}%`}
              y={HEIGHT - height}
              height={height}
              rx="4"
            />
            {(days.length - 1 - index) % LABELS_EVERY === 0 && (
              <text x={`${(index + 0.5) * step}%`} y={HEIGHT + 20}>
                {at.getDate()}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

function Table({ days, currency }: { days: DaySpending[]; currency: string }) {
  const texts = m().statement;
  return (
    <details>
      <summary>{texts.asTable}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{texts.day}</th>
            <th scope="col">{texts.spent}</th>
          </tr>
        </thead>
        <tbody>
          {days.map(({ day: at, spentMinor }) => (
            <tr key={at.getTime()}>
              <th scope="row">{longDay(at)}</th>
              <td class="amount">{money(spentMinor, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

interface Spending {
  days: DaySpending[];
  /** The oldest day of which entries were read, where there are more than are read; it may not be whole. */
  readUntil: Date | null;
}

async function load(signal: AbortSignal): Promise<Spending> {
  const now = new Date();
  const all = eachItem((cursor) => talktime.api.entries({ cursor, limit: PAGE_ITEMS, signal }));
  const { entries, readUntil } = await entriesSince(dayBefore(now, DAYS_SHOWN - 1), all, ENTRIES_MAX);
  return { days: spendingByDay(entries, now), readUntil };
}
