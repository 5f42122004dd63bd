import type { Call } from "@talktime/client";
import { duration, money } from "../format.js";
import { t } from "../texts/index.js";
import { useChanges, useSeconds } from "./use-changes.js";
import "./talk-time.css";

const SECOND_MS = 1_000;

/** How long one talks, and for its caller what that costs and how long the money lasts. Silent for screen readers until they look. */
export function TalkTime({ call }: { call: Call }) {
  const texts = t().calling;
  useChanges(call);
  const running = call.state === "active" || call.state === "reconnecting";
  useSeconds(() => call.talkMs, running);
  const { cost, timeLeftMs: left } = call;
  return (
    <div class="talk-time">
      <span role="timer" aria-label={texts.talkTime} aria-live="off">
        {duration(call.talkMs)}
      </span>
      {cost && running && (
        <span class="talk-cost">
          <span data-testid="cost">{texts.costSoFar(money(cost.costMinor, cost.currency))}</span>
          {left !== null && (
            <>
              <span aria-hidden="true"> · </span>
              <span data-testid="time-left">
                {texts.timeLeft(duration(Math.ceil(left / SECOND_MS) * SECOND_MS))}
              </span>
            </>
          )}
        </span>
      )}
    </div>
  );
}
