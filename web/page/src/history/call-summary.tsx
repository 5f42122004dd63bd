import type { CallView } from "@talktime/client";
import { duration, moment } from "../format.js";
import { t } from "../texts/index.js";
import { Icon } from "../ui/icon.js";
import { endingText, wasMissed } from "./outcomes.js";

/** A call in a line: which way, when, and how long, or why there was no talk. */
export function CallSummary({ call }: { call: CallView }) {
  const texts = t().history;
  return (
    <>
      <span class={wasMissed(call) ? "call-way bad" : "call-way"}>
        <Icon name={call.direction} size={16} />
        <span class="visually-hidden">{texts[call.direction]}</span>
        {call.talk_ms ? duration(call.talk_ms) : endingText(call)}
      </span>
      <time dateTime={call.authorized_at}>{moment(call.authorized_at)}</time>
    </>
  );
}
