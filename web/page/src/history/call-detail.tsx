import { t } from "../texts/index.js";
import { Screen } from "../ui/screen.js";

export default function CallDetail() {
  return <Screen title={t().frame.history}>{null}</Screen>;
}
