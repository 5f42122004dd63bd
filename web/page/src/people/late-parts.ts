/** What belongs to somebody besides the name and the call: one script, fetched when it is needed. */
export { speakOfContact } from "../texts/contact.js";
export { AllowCalls, PersonActs } from "./person-acts.js";
export { Quiet } from "./quiet.js";
