import type { ComponentChildren } from "preact";
import { moment } from "../format.js";
import type { LoadedPages } from "../load.js";
import { EmptyState } from "../ui/empty-state.js";
import { Icon, type IconName } from "../ui/icon.js";
import { Pages } from "../ui/loaded.js";
import "../ui/rows.css";

/** A line of a list of records. */
export interface Row {
  id: number | string;
  title: string;
  href?: string | undefined;
  at: string;
  detail?: string | undefined;
  amount: string;
  after?: string | undefined;
}

interface RecordListProps<Item> {
  pages: LoadedPages<Item>;
  icon: IconName;
  name: string;
  empty: string;
  row: (item: Item) => Row;
  /** What can be done with it. */
  act?: (item: Item) => ComponentChildren;
}

/** What was booked, called or paid, a line each. */
export function RecordList<Item>({ pages, icon, name, empty, row, act }: RecordListProps<Item>) {
  return (
    <Pages pages={pages} empty={<EmptyState icon={icon} title={empty} />}>
      <ul class="rows" aria-label={name}>
        {pages.items?.map((item) => (
          <Line key={row(item).id} icon={icon} {...row(item)}>
            {act?.(item)}
          </Line>
        ))}
      </ul>
    </Pages>
  );
}

function Line(props: Row & { icon: IconName; children: ComponentChildren }) {
  const { icon, title, href, at, detail, amount, after, children } = props;
  return (
    <li>
      <Icon name={icon} />
      <div class="row-text">
        {href ? (
          <a class="row-title row-link" href={href}>
            {title}
          </a>
        ) : (
          <span class="row-title">{title}</span>
        )}
        <div class="row-detail">
          <time dateTime={at}>{moment(at)}</time>
          {detail && <span>{detail}</span>}
        </div>
      </div>
      <div class="row-end">
        <span class="amount">{amount}</span>
        {after && <span class="amount muted small">{after}</span>}
        {children}
      </div>
    </li>
  );
}
