import type { Texts } from "../en/index.js";
import account from "./account.js";
import calling from "./calling.js";
import frame from "./frame.js";
import history from "./history.js";
import money from "./money.js";
import people from "./people.js";
import problems from "./problems.js";
import ui from "./ui.js";

const texts: Texts = { language: "de", account, calling, frame, history, money, people, problems, ui };

export default texts;
