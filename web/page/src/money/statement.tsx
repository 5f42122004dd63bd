import { t } from "../texts/index.js";
import { Screen } from "../ui/screen.js";

export default function Statement() {
  return <Screen title={t().frame.statement}>{null}</Screen>;
}
