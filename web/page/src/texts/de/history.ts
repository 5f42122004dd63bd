import type { Texts } from "../en/index.js";

const history: Texts["history"] = {};

export default history;
