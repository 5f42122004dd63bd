import { render } from "preact";
import { App } from "./app.js";
import { WITHIN } from "./operators/address.js";
import { OperatorsLater } from "./operators/later.js";
import { followPreferences } from "./preferences.js";
import { start } from "./talktime.js";
import { speak } from "./texts/index.js";
import { showTitle } from "./title.js";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/app.css";

followPreferences();
showTitle();
const forOperators = WITHIN.test(location.pathname);
// Where operators work is no device: nothing rings there.
if (!forOperators) void start();
await speak();
const root = document.getElementById("root");
if (root) render(forOperators ? <OperatorsLater /> : <App />, root);
