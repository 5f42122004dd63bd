import { Attempt, mayBeDone } from "@talktime/client";
import type { Moved } from "@talktime/client/operators";
import { useEffect, useRef, useState } from "preact/hooks";
import { useSubmission } from "../forms.js";
import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Notice } from "../ui/notice.js";
import { toast } from "../ui/toast.js";
import { Fact } from "./facts.js";
import { operatorFailure } from "./failures.js";
import { proved } from "./proving.js";
import type { Note } from "./reason-field.js";
import { o } from "./words.js";

/** What was typed: how much, and why. */
export type Draft = Pick<Moved, "amountMinor" | "reason">;

/** A kind of moving money, and what is said of it. */
export interface Move {
  currency: string;
  /** What there is, what is moved, what there will be then; the amounts in words. */
  facts: (draft: Draft) => readonly (readonly [term: string, said: string])[];
  /** Why it is done, or where the money went. */
  note?: Note | undefined;
  /** What the button says that does it. */
  submit: (draft: Draft) => string;
  danger?: boolean;
  /** Does it, once for the key, and returns what is said then. */
  move: (moved: Moved) => Promise<string>;
  onDone: () => void;
  onClose: () => void;
}

interface MoveCheckProps extends Move {
  draft: Draft;
  onBack: () => void;
}

/** The last look before money moves. Whatever is sent from here is the same draft, so it is booked once. */
export function MoveCheck({ draft, facts, note, submit, danger, move, onBack, onDone, onClose }: MoveCheckProps) {
  // What is shown behind may change meanwhile; what was asked here does not.
  const [shown] = useState(() => facts(draft));
  const [attempt] = useState(() => new Attempt());
  const first = useRef<HTMLParagraphElement>(null);
  useEffect(() => first.current?.focus(), []);
  const texts = o().acts.move;
  const { busy, failure, onSubmit } = useSubmission(
    {},
    async () => {
      toast(await attempt.send((key) => proved(() => move({ ...draft, key }))));
      onDone();
      onClose();
    },
    (error) => (mayBeDone(error) ? texts.unknown : operatorFailure(error)),
  );
  const close = () => {
    onDone();
    onClose();
  };
  return (
    <form class="stack" onSubmit={onSubmit} noValidate>
      <p ref={first} tabIndex={-1} class="no-ring">
        {texts.check}
      </p>
      {failure && (
        <Notice kind="danger" role="alert">
          {failure}
        </Notice>
      )}
      <dl class="facts">
        {shown.map(([term, said]) => (
          <Fact key={term} term={term}>
            {said}
          </Fact>
        ))}
        <Fact term={o().acts[note ?? "reason"]}>{draft.reason}</Fact>
      </dl>
      <div class="dialog-actions">
        {attempt.uncertain ? (
          <Button onClick={close}>{t().ui.close}</Button>
        ) : (
          <Button onClick={onBack}>{o().back}</Button>
        )}
        <Button kind={danger ? "danger" : "primary"} type="submit" busy={busy}>
          {submit(draft)}
        </Button>
      </div>
    </form>
  );
}
