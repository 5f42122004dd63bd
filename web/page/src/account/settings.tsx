import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { LimitsForm } from "../money/limits-form.js";
import { contacts, refused } from "../people/lists.js";
import { account } from "../talktime.js";
import { c, speakOfContact } from "../texts/contact.js";
import { t } from "../texts/index.js";
import { m } from "../texts/own.js";
import { Screen } from "../ui/screen.js";
import { Appearance } from "./appearance.js";
import { CallSettings } from "./call-settings.js";
import { Deletion } from "./deletion.js";
import { DeviceSettings } from "./device-settings.js";
import { PasswordForm } from "./password-form.js";
import { PersonList } from "./person-list.js";
import { ProfileForm } from "./profile-form.js";
import { Sessions } from "./sessions.js";
import "./settings.css";

export const speak = speakOfContact;

/** `/settings`: the account's, and below them what is only this browser's. */
export function Settings() {
  const own = account.value;
  const texts = m().settings;
  if (!own) return null;
  return (
    <Screen title={t().frame.settings}>
      <Section title={texts.profile}>
        <ProfileForm account={own} />
      </Section>
      <Section title={texts.calls}>
        <CallSettings account={own} />
      </Section>
      <Section title={t().calling.limits}>
        <LimitsForm />
      </Section>
      <Section title={texts.contacts}>
        <PersonList
          list={contacts}
          label={texts.contacts}
          hint={texts.contactsHint}
          empty={texts.noContacts}
          remove={t().ui.remove}
          removeOf={c().removeContactOf}
        />
      </Section>
      <Section title={texts.refused}>
        <PersonList
          list={refused}
          label={texts.refused}
          hint={texts.refusedHint}
          empty={texts.nobodyRefused}
          remove={c().allowCalls}
          removeOf={c().allowCallsOf}
        />
      </Section>
      <Section title={texts.appearance}>
        <Appearance />
      </Section>
      <Section title={texts.devices}>
        <DeviceSettings />
      </Section>
      <Section title={texts.sessions}>
        <Sessions />
      </Section>
      <Section title={texts.changePassword}>
        <PasswordForm userName={own.user_name} />
      </Section>
      <Section title={texts.delete}>
        <Deletion />
      </Section>
    </Screen>
  );
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section class="card settings-section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}
