import { useLocation } from "preact-iso";
import { OPERATORS } from "../operators/address.js";
import { account, talktime } from "../talktime.js";
import { t } from "../texts/index.js";
import { Avatar } from "../ui/avatar.js";
import { Icon } from "../ui/icon.js";
import { Menu, type MenuItem } from "../ui/menu.js";
import { leave, switchTo } from "./switching.js";

/** Who uses this tab, and who else is signed in in this browser. */
export function AccountMenu() {
  const { route } = useLocation();
  const texts = t().frame;
  const own = account.value;
  if (!own) return null;
  const others: MenuItem[] = talktime.session
    .accounts()
    .filter((each) => each.id !== own.id)
    .map((each) => ({
      label: each.userName,
      prefix: texts.switchTo,
      before: <Avatar name={each.userName} size="small" />,
      onSelect: () => void switchTo(each.id),
    }));
  const commands: MenuItem[] = [
    // In a window of its own: what goes on in this one, like a call, goes on.
    ...(own.is_operator
      ? [{ label: texts.operators, icon: "device-settings" as const, onSelect: () => void open(OPERATORS) }]
      : []),
    { label: texts.addAccount, icon: "plus", onSelect: () => route("/sign-in?add") },
    { label: texts.signOut, icon: "sign-out", onSelect: () => void leave() },
  ];
  return (
    <Menu
      label={texts.accountOf(own.user_name)}
      button={
        <>
          <Avatar name={own.user_name} size="small" />
          <Icon name="chevron-down" size={16} />
        </>
      }
      head={
        <div class="menu-head">
          <strong>{own.user_name}</strong>
          <span class="muted small">{own.email}</span>
        </div>
      }
      groups={others.length ? [others, commands] : [commands]}
    />
  );
}
