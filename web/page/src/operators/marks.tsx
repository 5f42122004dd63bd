import type { AccountSummary } from "@talktime/client/operators";
import { o } from "./words.js";

/** What of an account stands out, in a word each. */
export function Marks({ account }: { account: AccountSummary }) {
  const texts = o().accounts.marks;
  const there = account.deleted_at === null;
  const marks: [boolean, string, string][] = [
    [account.in_call_id !== null, texts.inCall, "good"],
    [account.is_operator, texts.operator, ""],
    [!there, texts.deleted, "bad"],
    [there && account.disabled_at !== null, texts.disabled, "bad"],
    [there && account.blocked_by_operator, texts.blockedByOperator, "bad"],
    [there && account.blocked && !account.blocked_by_operator, texts.blocked, "warning"],
  ];
  return (
    <>
      {marks.map(
        ([holds, text, kind]) =>
          holds && (
            <span key={text} class={`mark-word ${kind}`}>
              {text}
            </span>
          ),
      )}
    </>
  );
}
