import { prefer, preferences } from "../preferences.js";
import type { Theme } from "../stored-preferences.js";
import { chooseLanguage, isLanguage, LANGUAGES } from "../texts/language.js";
import { m } from "../texts/own.js";
import { Choice } from "../ui/choice.js";
import { Select } from "../ui/select.js";

/** Colours and language, of this browser. */
export function Appearance() {
  const { theme, language } = preferences.value;
  const texts = m().settings;
  const browsers = LANGUAGES[chooseLanguage(null, navigator.languages).language];
  return (
    <div class="settings-pair">
      <Choice<Theme>
        label={texts.theme}
        value={theme}
        options={(["system", "light", "dark"] as const).map((value) => ({ value, label: texts.themes[value] }))}
        onChange={(value) => prefer({ theme: value })}
      />
      <Select
        label={texts.language}
        value={language ?? ""}
        options={[
          { value: "", label: texts.browserLanguage(browsers) },
          ...Object.entries(LANGUAGES).map(([value, label]) => ({ value, label })),
        ]}
        onChange={(value) => prefer({ language: isLanguage(value) ? value : null })}
      />
    </div>
  );
}
