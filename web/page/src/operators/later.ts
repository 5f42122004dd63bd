import { late } from "../late.js";

/** The operators' part of the page, fetched when somebody comes to it: nobody else carries it. */
export const OperatorsLater = late(async () => (await import("./open.js")).open());
