import { t } from "../texts/index.js";
import { Screen } from "../ui/screen.js";

export function SignIn() {
  return <Screen title={t().account.signIn}>{null}</Screen>;
}
