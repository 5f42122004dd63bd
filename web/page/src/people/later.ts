/** What is loaded when somebody is looked at. */
import { late } from "../late.js";

const load = async () => {
  const parts = await import("./late-parts.js");
  await parts.speakOfContact();
  return parts;
};

export const PersonActs = late(async () => (await load()).PersonActs, "part");
export const AllowCalls = late(async () => (await load()).AllowCalls, "aside");
export const Quiet = late(async () => (await load()).Quiet, "aside");
export const PresenceOf = late(async () => (await import("./presence-of.js")).PresenceOf, "aside");
