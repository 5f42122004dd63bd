import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { LoadFailure } from "../ui/loaded.js";
import { Notice } from "../ui/notice.js";
import { Screen } from "../ui/screen.js";

/** Something of the page itself failed, or is not to be had any more. */
export function Broken() {
  const texts = t().frame;
  return (
    <Screen title={texts.notShown}>
      <Notice
        kind="danger"
        role="alert"
        action={
          <Button small onClick={() => location.reload()}>
            {texts.reload}
          </Button>
        }
      >
        {texts.brokenScreen}
      </Notice>
    </Screen>
  );
}

/** The server that has the screen is away. */
export function NotReached({ error, again }: { error: unknown; again: () => void }) {
  return (
    <Screen title={t().frame.notShown}>
      <LoadFailure error={error} again={again} />
    </Screen>
  );
}
