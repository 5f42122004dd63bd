import { useEffect } from "preact/hooks";
import { ErrorBoundary, LocationProvider, lazy, Route, Router, useLocation } from "preact-iso";
import { nextOf } from "./account/next.js";
import { SignIn } from "./account/sign-in.js";
import { SignUp } from "./account/sign-up.js";
import { CallLayer } from "./calling/call-layer.js";
import { Banners } from "./frame/banners.js";
import { Header } from "./frame/header.js";
import { Splash } from "./frame/splash.js";
import { TopUpLayer } from "./money/top-up-layer.js";
import { account, restored } from "./talktime.js";
import { t } from "./texts/index.js";
import { Announcements } from "./ui/announce.js";
import { Toasts, toast } from "./ui/toast.js";

const People = lazy(() => import("./people/people.js"));
const Person = lazy(() => import("./people/person.js"));
const History = lazy(() => import("./history/history.js"));
const CallDetail = lazy(() => import("./history/call-detail.js"));
const Statement = lazy(() => import("./money/statement.js"));
const Settings = lazy(() => import("./account/settings.js"));
const NotFound = lazy(() => import("./frame/not-found.js"));

/** The whole page: a screen for every route, and above them calls, the top-up and what is said in passing. */
export function App() {
  return (
    <LocationProvider>
      <Gate />
      <Announcements />
      <Toasts />
    </LocationProvider>
  );
}

/** Whoever is not logged in signs in first, and is then where they wanted to be. */
function Gate() {
  const { path, url, query } = useLocation();
  if (!restored.value) return <Splash />;
  const signing = path === "/sign-in" || path === "/sign-up";
  if (!account.value) return signing ? door(path) : <Redirect to={signInFor(url)} />;
  if (signing) return "add" in query ? door(path) : <Redirect to={nextOf(query)} />;
  return <Inside accountId={account.value.id} />;
}

function door(path: string) {
  return path === "/sign-up" ? <SignUp /> : <SignIn />;
}

/** The key makes everything new for another account. */
function Inside({ accountId }: { accountId: string }) {
  return (
    <div class="app" key={accountId}>
      <a class="skip button primary" href="#content">
        {t().frame.skip}
      </a>
      <Header />
      <Banners />
      <main id="content" tabIndex={-1}>
        <ErrorBoundary onError={() => toast(t().frame.brokenScreen, "danger")}>
          <Router>
            <Route path="/" component={People} />
            <Route path="/people/:name" component={Person} />
            <Route path="/history" component={History} />
            <Route path="/history/:id" component={CallDetail} />
            <Route path="/statement" component={Statement} />
            <Route path="/settings" component={Settings} />
            <Route default component={NotFound} />
          </Router>
        </ErrorBoundary>
      </main>
      <CallLayer />
      <TopUpLayer />
    </div>
  );
}

function Redirect({ to }: { to: string }) {
  const { route } = useLocation();
  useEffect(() => route(to, true), [to, route]);
  return <Splash />;
}

function signInFor(url: string): string {
  return url === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(url)}`;
}
