import { useEffect, useErrorBoundary } from "preact/hooks";
import { Route, Router, useLocation } from "preact-iso";
import { CallLayer } from "../calling/call-layer.js";
import { late } from "../late.js";
import { LimitsLayer } from "../money/limits-layer.js";
import { TopUpLayer } from "../money/top-up-layer.js";
import { People } from "../people/people.js";
import { t } from "../texts/index.js";
import { withWords } from "../texts/with-words.js";
import { BlockedBanner } from "./banners.js";
import { Broken } from "./broken.js";
import { Header } from "./header.js";
import { NotFound } from "./not-found.js";

const Person = late(async () => (await import("../people/person.js")).Person);
const History = late(async () => (await import("../history/history.js")).History);
const CallDetail = late(async () => (await import("../history/call-detail.js")).CallDetail);
const Statement = late(() => withWords(async () => (await import("../money/statement.js")).Statement));
const Earnings = late(() => withWords(async () => (await import("../money/earnings.js")).Earnings));
const Settings = late(() =>
  withWords(async () => {
    const { Settings, speak } = await import("../account/settings.js");
    await speak();
    return Settings;
  }),
);

/** What there is for who is signed in: a screen for every route, and above them calls and the top-up. */
export function Inside() {
  return (
    <div class="app">
      <a class="skip button primary" href="#content">
        {t().frame.skip}
      </a>
      <Header />
      <BlockedBanner />
      <main id="content" tabIndex={-1}>
        <Screens />
      </main>
      <CallLayer />
      <LimitsLayer />
      <TopUpLayer />
    </div>
  );
}

/** A screen that fails takes nothing else with it: a call goes on, and another screen can be opened. */
function Screens() {
  const { url } = useLocation();
  const [error, again] = useErrorBoundary();
  useEffect(again, [url]);
  if (error) return <Broken />;
  return (
    <Router>
      <Route path="/" component={People} />
      <Route path="/people/:name" component={Person} />
      <Route path="/history" component={History} />
      <Route path="/history/:id" component={CallDetail} />
      <Route path="/statement" component={Statement} />
      <Route path="/earnings" component={Earnings} />
      <Route path="/settings" component={Settings} />
      <Route default component={NotFound} />
    </Router>
  );
}
