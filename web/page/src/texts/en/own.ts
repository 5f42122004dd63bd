import { plural } from "../plural.js";

const count = plural("en");

/** What one reads of the own account and money; fetched with the screens that say it. */
const own = {
  settings: {
    profile: "Profile",
    memberSince: (day: string) => `With Talktime since ${day}`,
    emailProof: "Your password, to change the e-mail",
    save: "Save",
    saved: "Saved.",
    calls: "Calls",
    callsFrom: "Who may call you",
    callsFromEverybody: "Everybody",
    callsFromContacts: "Only my contacts",
    callsFromHint: "Whoever may not hears that you cannot be reached, and is not told why.",
    contacts: "Contacts",
    contactsHint: "They can call you even where only contacts may. They are not told that they are on this list.",
    noContacts: "You have no contacts yet. Add them where you see somebody.",
    refused: "Refused callers",
    refusedHint:
      "Their calls do not reach you: they hear that you cannot be reached, and are not told why. You cannot call them either.",
    nobodyRefused: "You refuse nobody's calls.",
    relayOnly: "Hide my address (relay only)",
    relayOnlyHint:
      "Picture and sound take the way through a server, so that others do not learn your network address. It may take a little longer to connect.",
    relayMissing: "There is no relay server here: with this on, no call can be connected.",
    appearance: "Appearance",
    theme: "Theme",
    themes: { system: "System", light: "Light", dark: "Dark" },
    language: "Language",
    browserLanguage: (name: string) => `Like the browser (${name})`,
    devices: "Devices",
    devicesHint: "What calls begin with in this browser. During a call you can change it too.",
    check: "Check camera and microphone",
    stopCheck: "Stop the check",
    preview: "Your camera",
    sessions: "Where you are signed in",
    thisSession: "This browser",
    lastUsed: (when: string) => `last used ${when}`,
    unknownDevice: "Unknown device",
    endSession: (device: string) => `Sign out ${device}`,
    signOut: "Sign out",
    endOthers: "Sign out everywhere else",
    othersEnded: "You are signed out everywhere else.",
    changePassword: "Change password",
    passwordNow: "Current password",
    passwordNew: "New password",
    passwordChanged: "Your password is changed. Everywhere else you are signed out.",
    delete: "Delete account",
    deleteHint:
      "Your name, e-mail and sessions are removed for good. Others keep their own history of calls with you.",
    deleteTitle: "Delete your account?",
    deleteFinal: "This cannot be undone.",
    forfeit: (amount: string) => `Give up the ${amount} that are left`,
    forfeitNeeded: "Confirm that you give up what is left, or use it up first.",
    inCall: "End your call first, then delete your account.",
    deleted: "Your account is deleted.",
  },
  statement: {
    title: "Statement",
    available: "Available",
    held: (amount: string) => `${amount} more are held for the call that is going on.`,
    chart: "Spending by day",
    chartTotal: (amount: string, days: number) =>
      `${amount} in the last ${count(days, { one: "# day", other: "# days" })}`,
    chartMost: (amount: string, day: string) => `most on ${day}: ${amount}`,
    chartPartial: (day: string, entries: number) =>
      `Only your newest ${entries} transactions are counted here, back to ${day}. Before, and on that day, it may have been more.`,
    nothingSpent: (days: number) => `Nothing spent in the last ${count(days, { one: "# day", other: "# days" })}.`,
    asTable: "Show as a table",
    day: "Day",
    spent: "Spent",
    entries: "Entries",
    empty: "No entries yet",
    emptyHint: "Payments and the cost of your calls are listed here.",
    balanceAfter: (amount: string) => `Balance ${amount}`,
    kinds: {
      top_up: "Top-up",
      charge: "Call",
      refund: "Refund",
      adjustment: "Correction",
      forfeit: "Given up",
      payout: "Paid out",
      payment_refund: "Top-up paid back",
      payment_refund_failed: "Top-up could not be paid back",
    },
  },
};

export default own;
export type OwnTexts = typeof own;
