import type { Texts } from "../en/index.js";

const money: Texts["money"] = {
  topUp: "Aufladen",
};

export default money;
