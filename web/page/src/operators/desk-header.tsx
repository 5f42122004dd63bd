import { useLocation } from "preact-iso";
import { Mark } from "../frame/brand.js";
import { prefer } from "../preferences.js";
import { t } from "../texts/index.js";
import { LANGUAGES, type Language } from "../texts/language.js";
import { Avatar } from "../ui/avatar.js";
import { Icon, type IconName } from "../ui/icon.js";
import { Menu } from "../ui/menu.js";
import { OPERATORS } from "./address.js";
import { operator, operators } from "./operators.js";
import { o } from "./words.js";
import "../frame/brand.css";
import "../frame/header.css";

const PLACES = [
  ["", "figures", "eye"],
  ["/accounts", "accounts", "people"],
  ["/calls", "calls", "phone"],
  ["/log", "log", "clock"],
] as const satisfies readonly (readonly [string, string, IconName])[];

/** On top of every screen of operators; made like the one that everybody else has. */
export function DeskHeader() {
  const { path } = useLocation();
  return (
    <header class="header">
      <div class="header-in">
        <a class="brand" href={OPERATORS} aria-label={o().home}>
          <Mark />
          <span class="brand-name">Talktime</span> <span class="desk-mark">{o().title}</span>
        </a>
        <nav class="nav" aria-label={t().frame.main}>
          {PLACES.map(([place, text, icon]) => (
            <a
              key={place}
              href={OPERATORS + place}
              aria-current={isHere(path, OPERATORS + place) ? "page" : undefined}
            >
              <Icon name={icon} size={22} />
              <span>{o()[text].title}</span>
            </a>
          ))}
        </nav>
        <div class="header-end">
          <OperatorMenu />
        </div>
      </div>
    </header>
  );
}

function isHere(path: string, address: string): boolean {
  return path === address || (address !== OPERATORS && path.startsWith(`${address}/`));
}

/** Who is signed in here. */
function OperatorMenu() {
  const own = operator.value;
  const spoken = t().language;
  if (!own) return null;
  const languages = Object.entries(LANGUAGES)
    .filter(([language]) => language !== spoken)
    .map(([language, label]) => ({ label, onSelect: () => prefer({ language: language as Language }) }));
  return (
    <Menu
      label={o().menuOf(own.user_name)}
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
      groups={[
        languages,
        [
          { label: o().toTalktime, icon: "back", onSelect: () => location.assign("/") },
          { label: t().frame.signOut, icon: "sign-out", onSelect: () => void operators.session.logOut() },
        ],
      ]}
    />
  );
}
