import { signal } from "@preact/signals";
import { type PersonPresence, Presence, type PresenceState } from "@talktime/client";
import { useEffect } from "preact/hooks";
import { moment } from "../format.js";
import { account, connectionState, talktime } from "../talktime.js";
import { t } from "../texts/index.js";
import "./presence-of.css";

const presence = new Presence(talktime.connection);
const changed = signal(0);
presence.on("changed", () => {
  changed.value += 1;
});

interface PresenceOfProps {
  id: string;
  /** Beside the button that calls them: what follows from it is said, too, and changes are read out. */
  full?: boolean;
}

/** Whether somebody can be called now; nothing where that is not for us to know. */
export function PresenceOf({ id, full = false }: PresenceOfProps) {
  const isOwn = account.value?.id === id;
  useEffect(() => (isOwn ? undefined : presence.watch([id])), [id, isOwn]);
  const person = changed.value >= 0 && connectionState.value === "open" ? presence.of(id) : null;
  const state = person && stateOf(person);
  if (!full) return state && <State state={state} />;
  return (
    <div class="presence-full" role="status">
      {state && <State state={state} />}
      {person?.last_seen_at && <span class="muted small">{t().people.lastSeen(moment(person.last_seen_at))}</span>}
      {state && state !== "available" && <span class="muted small">{t().people.wouldNotRing}</span>}
    </div>
  );
}

type Known = Exclude<PresenceState, "hidden">;

/** Null where it is hidden. */
export function stateOf({ state }: PersonPresence): Known | null {
  return state === "hidden" ? null : state;
}

/** The sign differs in its form, not by colour alone. */
function State({ state }: { state: Known }) {
  return (
    <span class={`presence ${state}`} data-testid="presence">
      <i aria-hidden="true" />
      {t().people.presence[state]}
    </span>
  );
}
