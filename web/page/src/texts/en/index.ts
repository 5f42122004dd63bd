import type { Language } from "../language.js";
import account from "./account.js";
import calling from "./calling.js";
import frame from "./frame.js";
import history from "./history.js";
import money from "./money.js";
import people from "./people.js";
import problems from "./problems.js";
import ui from "./ui.js";

/** The catalogue that all others are held to. Each area of the page has a file of its own. */
const texts = { language: "en" as Language, account, calling, frame, history, money, people, problems, ui };

export default texts;
export type Texts = typeof texts;
