import type { CallView } from "@talktime/client";
import { duration, moment, money } from "../format.js";
import { t } from "../texts/index.js";
import { Avatar } from "../ui/avatar.js";
import { Icon } from "../ui/icon.js";
import { endingText, paidIn, wasMissed } from "./outcomes.js";
import "../ui/rows.css";

/** A call in a list; the whole line leads to its details. */
export function CallRow({ call }: { call: CallView }) {
  const texts = t().history;
  const name = call.other?.user_name ?? texts.unknownPerson;
  const paid = paidIn(call);
  return (
    <li>
      <Avatar name={name} />
      <div class="row-text">
        <a class="row-title row-link" href={`/history/${call.id}`}>
          {name}
        </a>
        <div class="row-detail">
          <span class={wasMissed(call) ? "call-way bad" : "call-way"}>
            <Icon name={call.direction} size={16} />
            <span class="visually-hidden">{texts[call.direction]}</span>
            {endingText(call)}
          </span>
          <time dateTime={call.authorized_at}>{moment(call.authorized_at)}</time>
        </div>
      </div>
      <div class="row-end">
        {call.talk_ms ? <span class="amount">{duration(call.talk_ms)}</span> : null}
        {paid && call.currency ? <span class="amount muted small">{money(paid, call.currency)}</span> : null}
      </div>
    </li>
  );
}
