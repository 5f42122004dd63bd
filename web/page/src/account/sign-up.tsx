import { t } from "../texts/index.js";
import { Screen } from "../ui/screen.js";

export function SignUp() {
  return <Screen title={t().account.signUpTitle}>{null}</Screen>;
}
