import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Icon } from "../ui/icon.js";
import type { MediaProblem } from "./own-media.js";
import "./media-notice.css";

interface MediaNoticeProps {
  problem: MediaProblem | null;
  onRetry: () => void;
  busy?: boolean | undefined;
}

/** What is wrong with camera or microphone, what to do about it, and what works without. */
export function MediaNotice({ problem, onRetry, busy }: MediaNoticeProps) {
  const texts = t().calling;
  if (!problem) return null;
  const { kind, concerned } = problem;
  return (
    <div class="notice notice-danger media-notice" role="alert" data-testid="media-error" data-kind={kind}>
      <Icon name="alert" />
      <p class="notice-text">
        {texts.mediaProblems[kind](concerned)} {texts.withoutMedia[concerned]}
      </p>
      <Button small busy={busy} onClick={onRetry}>
        {t().ui.tryAgain}
      </Button>
    </div>
  );
}
