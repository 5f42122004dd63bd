/** What is loaded when somebody is looked at, or a call is over. */
import { late } from "../late.js";

const load = () => import("./person-acts.js");

export const PersonActs = late(async () => (await load()).PersonActs, "part");
export const PersonActsAside = late(async () => (await load()).PersonActs, "aside");
export const AllowCalls = late(async () => (await load()).AllowCalls, "aside");
