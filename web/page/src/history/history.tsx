import { t } from "../texts/index.js";
import { Screen } from "../ui/screen.js";

export default function History() {
  return <Screen title={t().frame.history}>{null}</Screen>;
}
