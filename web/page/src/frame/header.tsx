import { useLocation } from "preact-iso";
import { AccountMenu } from "../account/account-menu.js";
import { WalletBadge } from "../money/wallet-badge.js";
import { t } from "../texts/index.js";
import { Icon, type IconName } from "../ui/icon.js";
import { ConnectionBanner } from "./banners.js";
import { Brand } from "./brand.js";
import "./header.css";

const PLACES = [
  ["/", "people", "people"],
  ["/history", "history", "clock"],
  ["/statement", "statement", "statement"],
  ["/settings", "settings", "settings"],
] as const satisfies readonly (readonly [string, string, IconName])[];

/** On top of every screen; on phones the places one can go to are at the bottom. */
export function Header() {
  const { path } = useLocation();
  const texts = t().frame;
  return (
    <header class="header">
      <div class="header-in">
        <Brand />
        <nav class="nav" aria-label={texts.main}>
          {PLACES.map(([address, text, icon]) => (
            <a key={address} href={address} aria-current={isHere(path, address) ? "page" : undefined}>
              <Icon name={icon} size={22} />
              <span>{texts[text]}</span>
            </a>
          ))}
        </nav>
        <div class="header-end">
          <WalletBadge />
          <AccountMenu />
        </div>
      </div>
      <ConnectionBanner />
    </header>
  );
}

function isHere(path: string, address: string): boolean {
  if (address === "/") return path === "/" || path.startsWith("/people");
  return path === address || path.startsWith(`${address}/`);
}
