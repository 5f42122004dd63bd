import { t } from "../texts/index.js";
import { Spinner } from "../ui/spinner.js";
import "./splash.css";

/** Before anything is known; mostly too short to be seen. */
export function Splash() {
  return (
    <main class="splash">
      <Spinner size={36} label={t().ui.loading} />
    </main>
  );
}
