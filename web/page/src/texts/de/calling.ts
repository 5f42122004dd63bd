import type { Texts } from "../en/index.js";

const calling: Texts["calling"] = {
  call: (name) => `${name} anrufen`,
};

export default calling;
