import { useEffect, useErrorBoundary } from "preact/hooks";
import { LocationProvider, useLocation } from "preact-iso";
import { Broken } from "../frame/broken.js";
import { Splash } from "../frame/splash.js";
import { t } from "../texts/index.js";
import { Announcements } from "../ui/announce.js";
import { EmptyState } from "../ui/empty-state.js";
import { Screen } from "../ui/screen.js";
import { Toasts } from "../ui/toast.js";
import { AccountScreen } from "./account-screen.js";
import { Accounts } from "./accounts.js";
import { OPERATORS, WITHIN } from "./address.js";
import { CallScreen } from "./call-screen.js";
import { DeskHeader } from "./desk-header.js";
import { DeskSignIn } from "./desk-sign-in.js";
import { LiveCalls } from "./live-calls.js";
import { Log } from "./log.js";
import { operator, restored } from "./operators.js";
import { Overview } from "./overview.js";
import { ProofDialog } from "./proof-dialog.js";
import { o } from "./words.js";
import "./desk.css";

/** All that operators see; whoever is not signed in as one signs in first, and is then where they wanted to be. */
export function Desk() {
  return (
    <LocationProvider scope={WITHIN}>
      <Gate />
      <Announcements />
      <Toasts />
    </LocationProvider>
  );
}

function Gate() {
  if (!restored.value) return <Splash />;
  if (!operator.value) return <DeskSignIn />;
  return (
    // The key makes everything new for another operator.
    <div class="app desk" key={operator.value.id}>
      <a class="skip button primary" href="#content">
        {t().frame.skip}
      </a>
      <DeskHeader />
      <main id="content" tabIndex={-1}>
        <Screens />
      </main>
      <ProofDialog />
    </div>
  );
}

function Screens() {
  const { path, url } = useLocation();
  const [error, again] = useErrorBoundary();
  useEffect(again, [url]);
  if (error) return <Broken />;
  const [place = "", id, more] = path.slice(OPERATORS.length + 1).split("/");
  if (more === undefined && id && place === "accounts") return <AccountScreen key={id} id={id} />;
  if (more === undefined && id && place === "calls") return <CallScreen key={id} id={id} />;
  if (id === undefined && place === "") return <Overview />;
  if (id === undefined && place === "accounts") return <Accounts />;
  if (id === undefined && place === "calls") return <LiveCalls />;
  if (id === undefined && place === "log") return <Log />;
  return (
    <Screen title={t().frame.notFound}>
      <EmptyState icon="search" title={o().notFoundHint}>
        <a class="button primary" href={OPERATORS}>
          {o().toOverview}
        </a>
      </EmptyState>
    </Screen>
  );
}
