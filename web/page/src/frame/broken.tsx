import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Notice } from "../ui/notice.js";

/** Something of the page itself failed, or could not be loaded. */
export function Broken() {
  const texts = t().frame;
  return (
    <div class="screen">
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
    </div>
  );
}
