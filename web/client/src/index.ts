/** Paid video calls in a page of your own. */

export type { components as RestComponents } from "./generated/rest.js";
