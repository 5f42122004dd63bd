import type { ComponentChildren } from "preact";
import { startCall } from "../calling/start-call.js";
import { account } from "../talktime.js";
import { t } from "../texts/index.js";
import { Avatar } from "../ui/avatar.js";
import { Button } from "../ui/button.js";
import { PresenceOf } from "./later.js";
import "../ui/rows.css";
import "./person-row.css";

interface PersonRowProps {
  id: string;
  userName: string;
  children?: ComponentChildren;
}

/** Somebody in a list: who it is, and the button that calls them. */
export function PersonRow({ id, userName, children }: PersonRowProps) {
  return (
    <li>
      <Avatar name={userName} />
      <div class="row-text">
        <a class="row-title row-link" href={`/people/${encodeURIComponent(userName)}`}>
          {userName}
        </a>
        <div class="row-detail">
          <PresenceOf id={id} />
          {children}
        </div>
      </div>
      <CallButton id={id} userName={userName} />
    </li>
  );
}

/** Opens the preview of a call; nobody can call themselves. */
export function CallButton({ id, userName, large = false }: { id: string; userName: string; large?: boolean }) {
  const texts = t().people;
  if (account.value?.user_name === userName) return <span class="muted small">{texts.you}</span>;
  return (
    <Button
      kind={large ? "primary" : "soft"}
      icon="phone"
      small={!large}
      class={large ? "" : "call-button"}
      aria-label={texts.call(userName)}
      onClick={() => startCall({ id, userName })}
    >
      {texts.callShort}
    </Button>
  );
}
