import { useEffect } from "preact/hooks";
import { LocationProvider, useLocation } from "preact-iso";
import { nextOf } from "./account/next.js";
import { SignIn } from "./account/sign-in.js";
import { shownCall } from "./calling/shown-call.js";
import { Inside } from "./frame/inside.js";
import { Splash } from "./frame/splash.js";
import { late } from "./late.js";
import { OUTSIDE } from "./operators/address.js";
import { account, restored, talktime } from "./talktime.js";
import { t } from "./texts/index.js";
import { Announcements } from "./ui/announce.js";
import { Toasts, toast } from "./ui/toast.js";

const SignUp = late(async () => (await import("./account/sign-up.js")).SignUp);

/** The whole page: a screen for every route, and above them calls, the top-up and what is said in passing. */
export function App() {
  useEffect(
    () => talktime.session.on("ended", (reason) => reason === "refused" && toast(t().frame.sessionOver, "info")),
    [],
  );
  return (
    <LocationProvider scope={OUTSIDE}>
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
  // Whoever goes back to here in a call would go on to pay for one that is nowhere to be seen.
  if (signing && !shownCall.value) return "add" in query ? door(path) : <Redirect to={nextOf(query)} />;
  // The key makes everything new for another account.
  return <Inside key={account.value.id} />;
}

function door(path: string) {
  return path === "/sign-up" ? <SignUp /> : <SignIn />;
}

function Redirect({ to }: { to: string }) {
  const { route } = useLocation();
  useEffect(() => route(to, true), [to, route]);
  return <Splash />;
}

function signInFor(url: string): string {
  return url === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(url)}`;
}
