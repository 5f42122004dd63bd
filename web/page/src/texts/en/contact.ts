/** What one reads of somebody and can do about them, besides calling; fetched with it. */
const contact = {
  /** Never “block”: who is blocked has no money. */
  refuseCalls: "Refuse calls",
  refuseCallsOf: (name: string) => `Refuse calls from ${name}`,
  callsRefused: (name: string) => `Calls from ${name} do not reach you any more.`,
  refusedNow: (name: string) => `You refuse calls from ${name}, and cannot call them.`,
  allowCalls: "Allow calls again",
  allowCallsOf: (name: string) => `Allow calls again from ${name}`,
  callsAllowed: (name: string) => `Calls from ${name} reach you again.`,
  addContact: "Add to contacts",
  addContactOf: (name: string) => `Add to contacts: ${name}`,
  contactAdded: (name: string) => `${name} is one of your contacts now.`,
  removeContact: "Remove from contacts",
  removeContactOf: (name: string) => `Remove from contacts: ${name}`,
  contactRemoved: (name: string) => `${name} is no longer one of your contacts.`,
  quiet: "Do not disturb is on: nobody can call you.",
  endQuiet: "Turn off",
};

export default contact;
export type ContactTexts = typeof contact;
