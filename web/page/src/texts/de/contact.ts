import type { ContactTexts } from "../en/contact.js";

const contact: ContactTexts = {
  refuseCalls: "Anrufe abweisen",
  refuseCallsOf: (name) => `Anrufe abweisen von ${name}`,
  callsRefused: (name) => `Anrufe von ${name} erreichen Sie nicht mehr.`,
  refusedNow: (name) => `Sie weisen Anrufe von ${name} ab und können dort nicht anrufen.`,
  allowCalls: "Anrufe wieder zulassen",
  allowCallsOf: (name) => `Anrufe wieder zulassen von ${name}`,
  callsAllowed: (name) => `Anrufe von ${name} erreichen Sie wieder.`,
  addContact: "Zu den Kontakten",
  addContactOf: (name) => `Zu den Kontakten: ${name}`,
  contactAdded: (name) => `${name} gehört jetzt zu Ihren Kontakten.`,
  removeContact: "Aus den Kontakten entfernen",
  removeContactOf: (name) => `Aus den Kontakten entfernen: ${name}`,
  contactRemoved: (name) => `${name} gehört nicht mehr zu Ihren Kontakten.`,
  quiet: "„Nicht stören“ ist an: Niemand kann Sie anrufen.",
  endQuiet: "Ausschalten",
};

export default contact;
