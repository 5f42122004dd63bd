import { t } from "../texts/index.js";
import { Screen } from "../ui/screen.js";

export default function Settings() {
  return <Screen title={t().frame.settings}>{null}</Screen>;
}
