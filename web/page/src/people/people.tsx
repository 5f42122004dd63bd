import { t } from "../texts/index.js";
import { Screen } from "../ui/screen.js";

export default function People() {
  return <Screen title={t().frame.people}>{null}</Screen>;
}
