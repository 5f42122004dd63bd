import type { Turnover } from "@talktime/client/operators";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { money, time } from "../format.js";
import { useLoad } from "../load.js";
import { locale } from "../texts/index.js";
import { LoadFailure, Loading } from "../ui/loaded.js";
import { Screen } from "../ui/screen.js";
import { asking, OPERATORS } from "./address.js";
import { DefaultPrice } from "./default-price.js";
import { operators } from "./operators.js";
import { useRefresh } from "./refreshing.js";
import { o } from "./words.js";
import "./overview.css";

const REFRESH_MS = 15_000;

/** `/operators`: the installation in numbers. */
export function Overview() {
  const { data: figures, error, again } = useLoad((signal) => operators.api.figures(signal), []);
  useRefresh(again, REFRESH_MS);
  const texts = o().figures;
  const accounts = (status: string) => asking(`${OPERATORS}/accounts`, { status });
  const calls = `${OPERATORS}/calls`;
  return (
    <Screen
      title={texts.title}
      lead={figures && <span class="muted">{o().asOf(time(new Date(figures.as_of)))}</span>}
    >
      {error ? <LoadFailure error={error} again={again} /> : null}
      {!figures && !error && <Loading />}
      {figures && (
        <>
          <Group title={texts.calls}>
            <Figure value={whole(figures.calls_talking)} name={texts.talking} href={calls} />
            <Figure value={whole(figures.calls_ringing)} name={texts.ringing} href={calls} />
          </Group>
          <Ended title={texts.today} turnover={figures.today} currency={figures.currency} />
          <Ended title={texts.week} turnover={figures.week} currency={figures.currency} />
          <Group title={texts.accounts}>
            <Figure value={whole(figures.accounts)} name={texts.all} href={accounts("")} />
            <Figure value={whole(figures.accounts_new_today)} name={texts.newToday} href={accounts("")} />
            <Figure value={whole(figures.accounts_blocked)} name={texts.blocked} href={accounts("blocked")} />
            <Figure
              value={whole(figures.accounts_blocked_by_operator)}
              name={texts.blockedByOperator}
              href={accounts("blocked_by_operator")}
            />
            <Figure value={whole(figures.accounts_disabled)} name={texts.disabled} href={accounts("disabled")} />
          </Group>
          <Group title={texts.money}>
            <Figure value={money(figures.balance_minor, figures.currency)} name={texts.balance} />
            <Figure value={money(figures.held_minor, figures.currency)} name={texts.held} />
          </Group>
          <p class="muted small">{texts.utc}</p>
          <DefaultPrice />
        </>
      )}
    </Screen>
  );
}

function Ended({ title, turnover, currency }: { title: string; turnover: Turnover; currency: string }) {
  const texts = o().figures;
  return (
    <Group title={title}>
      <Figure value={money(turnover.revenue_minor, currency)} name={texts.revenue} />
      <Figure value={whole(turnover.minutes)} name={texts.minutes} />
      <Figure value={whole(turnover.calls)} name={texts.ended} />
    </Group>
  );
}

function Group({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section class="figure-group" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul class="figures">{children}</ul>
    </section>
  );
}

/** A number and what it counts; it leads to what it counted where there is a list of that. */
function Figure({ value, name, href }: { value: string; name: string; href?: string }) {
  const said = (
    <>
      <span class="figure-value">{value}</span> <span class="figure-name">{name}</span>
    </>
  );
  return <li>{href ? <a href={href}>{said}</a> : <div>{said}</div>}</li>;
}

function whole(count: number): string {
  return new Intl.NumberFormat(locale.value).format(count);
}
