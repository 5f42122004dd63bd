import type { ComponentChildren } from "preact";
import { Mark } from "../frame/brand.js";
import { prefer } from "../preferences.js";
import { t } from "../texts/index.js";
import { LANGUAGES, type Language } from "../texts/language.js";
import { Icon } from "../ui/icon.js";
import { Screen } from "../ui/screen.js";
import "./door.css";

const PROMISES = [
  ["pay", "clock"],
  ["know", "eye"],
  ["stop", "wallet"],
] as const;

/** Around signing in and signing up: what this is, for who sees it for the first time. */
export function Door({ title, children }: { title: string; children: ComponentChildren }) {
  const texts = t().account;
  return (
    <div class="door">
      <main class="door-main">
        <p class="door-brand">
          <Mark />
          Talktime
        </p>
        <Screen title={title}>{children}</Screen>
        <Languages />
      </main>
      <aside class="door-promises">
        <p class="door-tagline">{texts.tagline}</p>
        <ul>
          {PROMISES.map(([promise, icon]) => (
            <li key={promise}>
              <Icon name={icon} size={24} />
              <div>
                <strong>{texts.promises[promise].title}</strong>
                <p>{texts.promises[promise].text}</p>
              </div>
            </li>
          ))}
        </ul>
      </aside>
    </div>
  );
}

/** A choice of words for who cannot read these. */
export function Languages() {
  const spoken = t().language;
  return (
    <div class="door-languages">
      {Object.entries(LANGUAGES).map(([language, name]) => (
        <button
          key={language}
          type="button"
          lang={language}
          aria-pressed={language === spoken}
          onClick={() => prefer({ language: language as Language })}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
