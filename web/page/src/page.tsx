import { render } from "preact";
import { App } from "./app.js";
import { followPreferences } from "./preferences.js";
import { start } from "./talktime.js";
import { speak } from "./texts/index.js";
import { showTitle } from "./title.js";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/app.css";

followPreferences();
showTitle();
void start();
await speak();
const root = document.getElementById("root");
if (root) render(<App />, root);
